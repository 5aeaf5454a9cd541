package io.heraldmesh.identity;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;

/**
 * The roots of each trust domain. A chain of one domain is never checked against the roots of
 * another. Immutable; swapped whole.
 *
 * @param roots never holds an empty list
 */
public record TrustBundle(Map<TrustDomain, List<X509Certificate>> roots) {

  public TrustBundle {
    roots = Map.copyOf(roots);
  }

  /** The roots of {@code domain}; empty when it is foreign. */
  public List<X509Certificate> of(TrustDomain domain) {
    return roots.getOrDefault(domain, List.of());
  }
}
