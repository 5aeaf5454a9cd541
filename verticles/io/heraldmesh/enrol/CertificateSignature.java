package io.heraldmesh.enrol;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.SignatureScheme;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;

/** By which the holder of a certificate says that the key of a request is its own. */
final class CertificateSignature {
  private static final String CONTEXT = "herald enrol by certificate 2\n";

  private CertificateSignature() {}

  /**
   * What is signed: context, fingerprint of the mesh's root, time in milliseconds, SHA-256 of the
   * request's DER. So it is good for one key, in one mesh, for a while.
   */
  static byte[] text(Fingerprint root, Instant at, byte[] csr) {
    try {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      text.writeBytes(
          (CONTEXT + root + "\n" + at.toEpochMilli() + "\n").getBytes(StandardCharsets.US_ASCII));
      text.writeBytes(MessageDigest.getInstance("SHA-256").digest(csr));
      return text.toByteArray();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static byte[] sign(PrivateKey key, PublicKey publicKey, byte[] text, Crypto crypto)
      throws GeneralSecurityException {
    Signature signature = crypto.signature(SignatureScheme.of(publicKey).jcaName());
    signature.initSign(key);
    signature.update(text);
    return signature.sign();
  }

  static boolean verifies(PublicKey key, byte[] text, byte[] signed, Crypto crypto) {
    try {
      Signature signature = crypto.signature(SignatureScheme.of(key).jcaName());
      signature.initVerify(key);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }
}
