package io.heraldmesh.ca;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.generators.SCrypt;

/**
 * A private key under a passphrase: EncryptedPrivateKeyInfo of PKCS#8 (RFC 5958) with PBES2, scrypt
 * (RFC 7914) and AES-256-CBC, which openssl reads too.
 */
final class EncryptedKey {
  /** 16 MiB, which openssl allows by itself, and 8 times over. */
  private static final int COST = 1 << 14;

  private static final int BLOCK = 8;
  private static final int PARALLEL = 8;

  /** A file that asks for more costs more than a root's key is worth. */
  private static final long MAX_WORK = 1L << 22;

  private static final int KEY_BYTES = 32;
  private static final int IV_BYTES = 16;

  private EncryptedKey() {}

  static byte[] encrypt(PrivateKey key, char[] passphrase, SecureRandom random) {
    byte[] salt = new byte[16];
    byte[] iv = new byte[IV_BYTES];
    random.nextBytes(salt);
    random.nextBytes(iv);
    byte[] plain = key.getEncoded();
    byte[] secret = derive(passphrase, salt, COST, BLOCK, PARALLEL);
    try {
      byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, secret, iv).doFinal(plain);
      PBES2Parameters parameters =
          new PBES2Parameters(
              new KeyDerivationFunc(
                  MiscObjectIdentifiers.id_scrypt, new ScryptParams(salt, COST, BLOCK, PARALLEL)),
              new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(iv)));
      return new EncryptedPrivateKeyInfo(
              new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, parameters), encrypted)
          .getEncoded(ASN1Encoding.DER);
    } catch (GeneralSecurityException | IOException e) {
      throw new AuthorityException("the root's key cannot be encrypted", e);
    } finally {
      Arrays.fill(secret, (byte) 0);
      Arrays.fill(plain, (byte) 0);
    }
  }

  /**
   * The key's PKCS#8, in the clear; the caller wipes it.
   *
   * @throws GeneralSecurityException when the passphrase does not open it
   * @throws IllegalArgumentException when it was encrypted in another way
   */
  static byte[] decrypt(byte[] der, char[] passphrase) throws GeneralSecurityException {
    EncryptedPrivateKeyInfo info = EncryptedPrivateKeyInfo.getInstance(der);
    if (!info.getEncryptionAlgorithm().getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)) {
      throw new IllegalArgumentException("not PBES2");
    }
    PBES2Parameters parameters =
        PBES2Parameters.getInstance(info.getEncryptionAlgorithm().getParameters());
    KeyDerivationFunc derivation = parameters.getKeyDerivationFunc();
    EncryptionScheme scheme = parameters.getEncryptionScheme();
    if (!derivation.getAlgorithm().equals(MiscObjectIdentifiers.id_scrypt)
        || !scheme.getAlgorithm().equals(NISTObjectIdentifiers.id_aes256_CBC)) {
      throw new IllegalArgumentException("not scrypt with AES-256-CBC");
    }
    ScryptParams scrypt = ScryptParams.getInstance(derivation.getParameters());
    int cost = scrypt.getCostParameter().intValueExact();
    int block = scrypt.getBlockSize().intValueExact();
    int parallel = scrypt.getParallelizationParameter().intValueExact();
    if (cost < 2 || block < 1 || parallel < 1 || (long) cost * block * parallel > MAX_WORK) {
      throw new IllegalArgumentException("scrypt's parameters are out of range");
    }
    byte[] secret = derive(passphrase, scrypt.getSalt(), cost, block, parallel);
    try {
      byte[] iv = ASN1OctetString.getInstance(scheme.getParameters()).getOctets();
      return cipher(Cipher.DECRYPT_MODE, secret, iv).doFinal(info.getEncryptedData());
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private static Cipher cipher(int mode, byte[] secret, byte[] iv) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
    cipher.init(mode, new SecretKeySpec(secret, "AES"), new IvParameterSpec(iv));
    return cipher;
  }

  private static byte[] derive(char[] passphrase, byte[] salt, int cost, int block, int parallel) {
    // Not String.getBytes: a string cannot be wiped.
    byte[] room = new byte[passphrase.length * 4];
    ByteBuffer buffer = ByteBuffer.wrap(room);
    var _ =
        StandardCharsets.UTF_8
            .newEncoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .encode(CharBuffer.wrap(passphrase), buffer, true);
    byte[] bytes = Arrays.copyOf(room, buffer.position());
    Arrays.fill(room, (byte) 0);
    try {
      return SCrypt.generate(bytes, salt, cost, block, parallel, KEY_BYTES);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }
}
