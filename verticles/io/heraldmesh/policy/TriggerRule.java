package io.heraldmesh.policy;

import java.util.List;

/**
 * When a token is asked for: on a path that nothing of {@code excluded} matches and, unless {@code
 * included} is empty, something of it does.
 */
public record TriggerRule(List<PathMatch> excluded, List<PathMatch> included) {
  public TriggerRule {
    excluded = List.copyOf(excluded);
    included = List.copyOf(included);
  }
}
