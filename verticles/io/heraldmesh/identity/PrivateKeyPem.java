package io.heraldmesh.identity;

import io.heraldmesh.crypto.Crypto;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** A private key in PEM: PKCS#8, SEC 1 (RFC 5915) for EC, PKCS#1 for RSA; never encrypted. */
public final class PrivateKeyPem {
  private PrivateKeyPem() {}

  /**
   * The one private key in {@code pem}; openssl's block with the curve's name may stand before it.
   *
   * @throws InvalidCertificate when there is none, or not one alone; holds nothing of the key
   */
  public static PrivateKey parse(String pem, Crypto crypto) {
    List<Pem.Block> blocks =
        Pem.read(pem, Pem.Text.ALLOWED).stream()
            .filter(b -> !b.label().equals("EC PARAMETERS"))
            .toList();
    if (blocks.size() != 1) {
      throw new InvalidCertificate("expected one private key, found " + blocks.size() + " blocks");
    }
    Pem.Block block = blocks.getFirst();
    try {
      return switch (block.label()) {
        case "PRIVATE KEY" -> key(PrivateKeyInfo.getInstance(block.der()), crypto);
        case "EC PRIVATE KEY" -> key(ec(block.der()), crypto);
        case "RSA PRIVATE KEY" -> key(rsa(block.der()), crypto);
        case "ENCRYPTED PRIVATE KEY" ->
            throw new InvalidCertificate(
                "the private key is encrypted; give it unencrypted in a file of 0600");
        default -> throw new InvalidCertificate("expected a private key, found " + block.label());
      };
    } catch (InvalidCertificate e) {
      throw e;
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      // Without the cause: readers may quote what they could not read.
      throw new InvalidCertificate("the private key is neither EC nor RSA, or broken");
    }
  }

  /** As one block of PKCS#8. Whoever holds the text holds the key. */
  public static String write(PrivateKey key) {
    byte[] encoded = key.getEncoded();
    if (encoded == null) {
      throw new InvalidCertificate("the private key has no encoding");
    }
    return Pem.write("PRIVATE KEY", encoded);
  }

  private static PrivateKey key(PrivateKeyInfo info, Crypto crypto)
      throws GeneralSecurityException, IOException {
    boolean rsa =
        info.getPrivateKeyAlgorithm().getAlgorithm().equals(PKCSObjectIdentifiers.rsaEncryption);
    return crypto
        .keyFactory(rsa ? "RSA" : "EC")
        .generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
  }

  private static PrivateKeyInfo ec(byte[] der) throws IOException {
    ECPrivateKey key = ECPrivateKey.getInstance(der);
    return new PrivateKeyInfo(
        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject()),
        key);
  }

  private static PrivateKeyInfo rsa(byte[] der) throws IOException {
    return new PrivateKeyInfo(
        new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
        RSAPrivateKey.getInstance(der));
  }
}
