package io.heraldmesh.policy;

import java.util.function.Predicate;

/**
 * One field of a rule, compiled.
 *
 * @param field its name as the resource writes it, for explanations
 * @param httpOnly true when a TCP connection cannot have the attribute
 */
record Check(String field, boolean httpOnly, Predicate<Facts> test) {

  boolean passes(Facts facts) {
    return test.test(facts);
  }
}
