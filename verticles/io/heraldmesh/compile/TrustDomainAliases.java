package io.heraldmesh.compile;

import io.heraldmesh.identity.TrustDomain;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Expands trust domains in patterns: one that names the mesh's own domain or an alias stands for
 * all of them, and so does the literal {@code cluster.local} in a principal. Everything else is
 * kept as written.
 *
 * <p>Source: Istio, trust domain migration.
 */
final class TrustDomainAliases {
  private static final String LOCAL = "cluster.local";

  private final List<String> domains;

  TrustDomainAliases(List<TrustDomain> domains) {
    this.domains = domains.stream().map(TrustDomain::name).toList();
  }

  /** Only patterns of five parts name a trust domain, unless it is {@code *}. */
  List<String> principals(List<String> patterns) {
    List<String> expanded = new ArrayList<>();
    for (String pattern : patterns) {
      String domain = domain(pattern);
      if (domain.equals("*") || !isOurs(domain)) {
        expanded.add(pattern);
      } else {
        expanded.addAll(inEveryDomain(pattern, domain));
      }
    }
    return expanded;
  }

  List<String> trustDomains(List<String> patterns) {
    Set<String> expanded = new LinkedHashSet<>();
    for (String pattern : patterns) {
      expanded.addAll(domains.contains(pattern) ? domains : List.of(pattern));
    }
    return List.copyOf(expanded);
  }

  /**
   * Whether a principal names a trust domain that no peer of this mesh can have. In a pattern that
   * has not five parts, such as {@code cluster.local/ns/a/*}, the domain is compared as it stands.
   */
  boolean isForeign(String pattern) {
    String domain = domain(pattern);
    if (!domain.isEmpty()) {
      return !isOurs(domain);
    }
    int slash = pattern.indexOf('/');
    return slash > 0 && !pattern.contains("://") && isForeignDomain(pattern.substring(0, slash));
  }

  /** The same for a trust domain alone, which may be a pattern. */
  boolean isForeignDomain(String pattern) {
    return domains.stream().noneMatch(own -> Coverage.covers(pattern, own));
  }

  /** {@code *-td} covers the domains it matches as it stands, and is replaced for the others. */
  private Set<String> inEveryDomain(String pattern, String domain) {
    Set<String> expanded = new LinkedHashSet<>();
    String rest = pattern.substring(domain.length());
    for (String own : domains) {
      expanded.add(covers(domain, own) ? pattern : own + rest);
    }
    return expanded;
  }

  private boolean isOurs(String domain) {
    return domain.equals("*")
        || domain.equals(LOCAL)
        || domains.stream().anyMatch(own -> covers(domain, own));
  }

  private static boolean covers(String pattern, String domain) {
    return pattern.startsWith("*") ? domain.endsWith(pattern.substring(1)) : pattern.equals(domain);
  }

  /** Empty when the pattern names none. */
  private static String domain(String pattern) {
    String[] parts = pattern.split("/", -1);
    return parts.length == 5 ? parts[0] : "";
  }
}
