package io.heraldmesh.policy;

import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One field of a rule, compiled; a field and its {@code not…} twin are two checks.
 *
 * @param field its name as the resource writes it, for explanations
 * @param httpOnly true when a TCP connection cannot have the attribute
 * @param expected what the policy asks for, for explanations; worked out when asked
 */
record Check(String field, boolean httpOnly, Supplier<String> expected, Predicate<Facts> test) {

  boolean passes(Facts facts) {
    return test.test(facts);
  }

  /** False too when a TCP connection lacks what it asks for. */
  boolean isMet(Facts facts) {
    return !(httpOnly && facts.isTcp()) && passes(facts);
  }
}
