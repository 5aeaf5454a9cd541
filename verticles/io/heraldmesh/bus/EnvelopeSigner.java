package io.heraldmesh.bus;

import io.heraldmesh.crypto.Crypto;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Seals messages with an identity of Herald's own. Thread-safe. */
public final class EnvelopeSigner {
  /** In front of what is signed, so that a signature means nothing anywhere else. */
  static final byte[] CONTEXT = "heraldmesh.io envelope 1\0".getBytes(StandardCharsets.US_ASCII);

  private final Crypto crypto;

  public EnvelopeSigner(Crypto crypto) {
    this.crypto = crypto;
  }

  /**
   * @param expires null: never
   * @return the bytes for the wire
   * @throws IllegalStateException when the key cannot sign; an identity that exists can
   */
  public byte[] seal(
      HeraldSvid sender,
      String type,
      String address,
      Recipient recipient,
      ByteString nonce,
      Instant issuedAt,
      @Nullable Instant expires,
      byte[] payload) {
    try {
      byte[] signed =
          Envelope.toBeSigned(
              type, address, recipient.text(), nonce, issuedAt, expires, der(sender), payload);
      Signature signature = crypto.signature("SHA256withECDSA");
      signature.initSign(sender.key());
      signature.update(CONTEXT);
      signature.update(signed);
      return Envelope.frame(signed, signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(sender.id() + " cannot sign: " + e.getMessage(), e);
    }
  }

  private static List<ByteString> der(HeraldSvid sender) throws CertificateEncodingException {
    List<ByteString> chain = new ArrayList<>();
    for (X509Certificate certificate : sender.chain()) {
      chain.add(ByteString.of(certificate.getEncoded()));
    }
    return chain;
  }
}
