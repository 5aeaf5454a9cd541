package io.heraldmesh.ca;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The authority's keys and certificates.
 *
 * @param issuer signs the leaves
 * @param issuerKey its key
 * @param intermediates what goes with every leaf: the issuer and those above it, without the root;
 *     empty when the issuer is the root itself
 * @param roots what peers must trust; at least one, the first is the issuer's
 * @param rootKey only when the root was made here
 */
record AuthorityMaterial(
    X509Certificate issuer,
    PrivateKey issuerKey,
    List<X509Certificate> intermediates,
    List<X509Certificate> roots,
    @Nullable PrivateKey rootKey) {

  AuthorityMaterial {
    intermediates = List.copyOf(intermediates);
    roots = List.copyOf(roots);
  }

  /** Without the keys. */
  @Override
  public String toString() {
    return "AuthorityMaterial[" + issuer.getSubjectX500Principal() + "]";
  }
}
