package io.heraldmesh.ca;

import io.heraldmesh.identity.SpiffeId;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * What the authority signed, already checked.
 *
 * @param chain leaf first, then intermediates, without the root
 * @param serialHex lower-case hex without leading zeros
 */
public record Issued(
    SpiffeId id,
    List<X509Certificate> chain,
    String serialHex,
    Instant notBefore,
    Instant notAfter) {

  public Issued {
    chain = List.copyOf(chain);
  }

  public X509Certificate leaf() {
    return chain.getFirst();
  }
}
