package io.heraldmesh.enrol;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a caller that may join gets.
 *
 * @param id {@code spiffe://<td>/herald/<role>/<name>}
 * @param chain leaf first, then intermediates, without the root
 * @param bundle the roots in force
 */
public record Enrolled(SpiffeId id, List<X509Certificate> chain, TrustBundle bundle) {
  public Enrolled {
    chain = List.copyOf(chain);
  }
}
