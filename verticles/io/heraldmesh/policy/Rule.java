package io.heraldmesh.policy;

import java.util.List;

/**
 * One element of {@code spec.rules}. Matches when some source, some operation and every condition
 * match; an empty list asks for nothing.
 */
public record Rule(List<Source> from, List<Operation> to, List<Condition> when) {

  public Rule {
    from = List.copyOf(from);
    to = List.copyOf(to);
    when = List.copyOf(when);
  }
}
