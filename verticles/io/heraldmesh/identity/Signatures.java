package io.heraldmesh.identity;

import io.heraldmesh.crypto.Crypto;
import java.security.PublicKey;
import java.security.cert.X509Certificate;

/**
 * Answers whether a key signed a certificate: of all that a path is checked for, what costs most.
 */
@FunctionalInterface
interface Signatures {
  /** Whether {@code issuerKey} made the signature of {@code certificate}. */
  boolean by(PublicKey issuerKey, X509Certificate certificate);

  /** Looks each time. */
  static Signatures checkedWith(Crypto crypto) {
    return (issuerKey, certificate) -> SignatureCheck.verifies(crypto, certificate, issuerKey);
  }
}
