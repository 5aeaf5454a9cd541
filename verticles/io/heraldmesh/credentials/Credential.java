package io.heraldmesh.credentials;

import io.heraldmesh.identity.SpiffeId;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a workload shows in a handshake.
 *
 * @param key never leaves the node
 * @param chain leaf first, then intermediates, without the root
 */
public record Credential(SpiffeId id, PrivateKey key, List<X509Certificate> chain) {

  public Credential {
    chain = List.copyOf(chain);
  }

  public X509Certificate leaf() {
    return chain.getFirst();
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "Credential[" + id + ", serial " + leaf().getSerialNumber().toString(16) + "]";
  }
}
