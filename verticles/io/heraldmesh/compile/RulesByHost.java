package io.heraldmesh.compile;

import io.heraldmesh.resource.DestinationRule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** DestinationRules of one namespace by host: an exact one goes before wildcards, longer first. */
final class RulesByHost {
  private final Map<String, List<DestinationRule>> exact = new HashMap<>();
  private final Map<String, List<DestinationRule>> wildcards =
      new TreeMap<>(
          Comparator.comparingInt(String::length)
              .reversed()
              .thenComparing(Comparator.naturalOrder()));

  /** Rules are added the oldest first. */
  void add(DestinationRule rule) {
    String host = rule.host().value();
    exact.computeIfAbsent(host, h -> new ArrayList<>()).add(rule);
    if (host.startsWith("*")) {
      wildcards.computeIfAbsent(host, h -> new ArrayList<>()).add(rule);
    }
  }

  /**
   * @param host may be a wildcard itself: a rule must then cover all of it
   */
  @Nullable DestinationRule find(String host, Predicate<DestinationRule> applies) {
    DestinationRule rule = first(exact.getOrDefault(host, List.of()), applies);
    for (Map.Entry<String, List<DestinationRule>> wildcard : wildcards.entrySet()) {
      if (rule == null && covers(wildcard.getKey(), host)) {
        rule = first(wildcard.getValue(), applies);
      }
    }
    return rule;
  }

  /** Whether {@code pattern} stands for {@code host}, or for all names that a wildcard host has. */
  static boolean covers(String pattern, String host) {
    if (!pattern.startsWith("*")) {
      return pattern.equals(host);
    }
    String suffix = pattern.substring(1);
    return host.startsWith("*") ? host.substring(1).endsWith(suffix) : host.endsWith(suffix);
  }

  /** One that selects its callers was written for them, so it goes before one that does not. */
  private static @Nullable DestinationRule first(
      List<DestinationRule> rules, Predicate<DestinationRule> applies) {
    DestinationRule wide = null;
    for (DestinationRule rule : rules) {
      if (applies.test(rule)) {
        if (!rule.workloadSelector().isEmpty()) {
          return rule;
        }
        wide = wide == null ? rule : wide;
      }
    }
    return wide;
  }
}
