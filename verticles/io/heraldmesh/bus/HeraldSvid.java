package io.heraldmesh.bus;

import io.heraldmesh.identity.HeraldIdentity;
import io.heraldmesh.identity.SpiffeId;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The identity that one of Herald's own parts signs its messages with.
 *
 * @param id {@code spiffe://<td>/herald/<role>/<name>}
 * @param key P-256; never leaves the process
 * @param chain leaf first, then intermediates, without the root; never empty
 */
public record HeraldSvid(SpiffeId id, PrivateKey key, List<X509Certificate> chain) {

  /**
   * @throws IllegalArgumentException when {@code id} is not one of Herald's own or the chain is
   *     empty
   */
  public HeraldSvid {
    chain = List.copyOf(chain);
    if (id.herald().isEmpty()) {
      throw new IllegalArgumentException(id + " is not an identity of Herald's own parts");
    }
    if (chain.isEmpty()) {
      throw new IllegalArgumentException(id + " has no certificate");
    }
  }

  /** The role and the name inside {@link #id}. */
  public HeraldIdentity identity() {
    return id.herald().orElseThrow();
  }

  public X509Certificate leaf() {
    return chain.getFirst();
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "HeraldSvid[" + id + ", serial " + leaf().getSerialNumber().toString(16) + "]";
  }
}
