package io.heraldmesh.identity;

import io.heraldmesh.crypto.Crypto;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;

/** Whether a private key is that of a certificate. Costs a signature. */
public final class KeyMatch {
  private static final byte[] SAMPLE = "does this key fit?".getBytes(StandardCharsets.US_ASCII);

  private KeyMatch() {}

  /** False, too, for kinds of keys that Herald does not use. */
  public static boolean fits(PrivateKey key, X509Certificate certificate, Crypto crypto) {
    try {
      String algorithm = SignatureScheme.of(certificate.getPublicKey()).jcaName();
      Signature signer = crypto.signature(algorithm);
      signer.initSign(key);
      signer.update(SAMPLE);
      Signature verifying = crypto.signature(algorithm);
      verifying.initVerify(certificate.getPublicKey());
      verifying.update(SAMPLE);
      return verifying.verify(signer.sign());
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }
}
