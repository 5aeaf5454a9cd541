package io.heraldmesh.ca;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.Pem;
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

/** One private key in PEM: PKCS#8, or the older forms of RSA (PKCS#1) and EC (RFC 5915). */
final class PrivateKeyPem {
  private PrivateKeyPem() {}

  /**
   * @param where the file, for the message
   */
  static PrivateKey read(String pem, String where, Crypto crypto) {
    List<Pem.Block> blocks;
    try {
      blocks =
          Pem.read(pem, Pem.Text.ALLOWED).stream()
              // openssl writes the curve's name before the key.
              .filter(b -> !b.label().equals("EC PARAMETERS"))
              .toList();
    } catch (InvalidCertificate e) {
      throw new AuthorityException(where + ": " + e.getMessage(), e);
    }
    if (blocks.size() != 1) {
      throw new AuthorityException(
          where + ": expected one private key, found " + blocks.size() + " blocks");
    }
    Pem.Block block = blocks.getFirst();
    try {
      PrivateKeyInfo info =
          switch (block.label()) {
            case "PRIVATE KEY" -> PrivateKeyInfo.getInstance(block.der());
            case "RSA PRIVATE KEY" -> rsa(block.der());
            case "EC PRIVATE KEY" -> ec(block.der());
            case "ENCRYPTED PRIVATE KEY" ->
                throw new AuthorityException(
                    where + ": key is encrypted; give it unencrypted in a file of 0600");
            default ->
                throw new AuthorityException(
                    where + ": expected a private key, found " + block.label());
          };
      boolean isRsa =
          info.getPrivateKeyAlgorithm().getAlgorithm().equals(PKCSObjectIdentifiers.rsaEncryption);
      return crypto
          .keyFactory(isRsa ? "RSA" : "EC")
          .generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
    } catch (GeneralSecurityException
        | IOException
        | IllegalArgumentException
        | IllegalStateException e) {
      // Without the cause: parsers may quote what they could not read.
      throw new AuthorityException(where + ": is no RSA or EC private key");
    }
  }

  private static PrivateKeyInfo rsa(byte[] der) throws IOException {
    return new PrivateKeyInfo(
        new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
        RSAPrivateKey.getInstance(der));
  }

  private static PrivateKeyInfo ec(byte[] der) throws IOException {
    ECPrivateKey key = ECPrivateKey.getInstance(der);
    return new PrivateKeyInfo(
        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject()),
        key);
  }
}
