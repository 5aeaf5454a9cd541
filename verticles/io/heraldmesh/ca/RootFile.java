package io.heraldmesh.ca;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.PrivateKeyPem;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * A root that is carried away: one PEM file (0600) with its certificate and its key under a
 * passphrase. No control node needs it to run; it is brought to make each control node's
 * intermediate. Blocks for the disk, and about half a second for the passphrase.
 */
public final class RootFile {
  /** The fewest characters of the passphrase of a new root. */
  public static final int MIN_PASSPHRASE = 12;

  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String KEY = "ENCRYPTED PRIVATE KEY";
  private static final int MAX_BYTES = 64 * 1024;

  private RootFile() {}

  /**
   * Makes a new root (P-256, 10 years) and writes it to {@code file}, which must not be there.
   *
   * @throws AuthorityException when the file is there or cannot be written, or the passphrase is
   *     too short
   */
  public static X509Certificate create(
      Path file,
      char[] passphrase,
      TrustDomain trustDomain,
      Instant now,
      Crypto crypto,
      SecureRandom random) {
    if (passphrase.length < MIN_PASSPHRASE) {
      throw new AuthorityException(
          "the passphrase is shorter than " + MIN_PASSPHRASE + " characters; use a longer one");
    }
    NewAuthority.Root made = NewAuthority.root(trustDomain, now, crypto, random);
    byte[] encrypted = EncryptedKey.encrypt(made.key(), passphrase, random);
    String text =
        new CertificateChain(List.of(made.certificate())).pem() + Pem.write(KEY, encrypted);
    PrivateFile.create(file, text.getBytes(StandardCharsets.US_ASCII), "root file");
    return made.certificate();
  }

  /**
   * The certificate in {@code file}; needs no passphrase.
   *
   * @throws AuthorityException when the file cannot be read or is not such a file
   */
  public static X509Certificate certificate(Path file) {
    return certificate(file, blocks(file, text(file)));
  }

  /**
   * The certificate in {@code file}, which must be ours alone, as {@link #open} needs it; needs no
   * passphrase.
   *
   * @throws AuthorityException when the file is not there, open to others or not such a file
   */
  public static X509Certificate guarded(Path file) {
    return certificate(file, guardedBlocks(file));
  }

  /**
   * The root with its key.
   *
   * @throws AuthorityException when the file is open to others or is not such a file, when the
   *     passphrase does not open it, or when the root is not valid now
   */
  public static OfflineRoot open(Path file, char[] passphrase, Instant now, Crypto crypto) {
    List<Pem.Block> blocks = guardedBlocks(file);
    X509Certificate certificate = certificate(file, blocks);
    byte[] plain;
    try {
      plain = EncryptedKey.decrypt(blocks.getLast().der(), passphrase);
    } catch (GeneralSecurityException e) {
      throw wrongPassphrase(file);
    } catch (RuntimeException e) {
      throw broken(file, e);
    }
    PrivateKey key;
    try {
      key = PrivateKeyPem.parse(Pem.write("PRIVATE KEY", plain), crypto);
    } catch (InvalidCertificate e) {
      // one wrong passphrase in 256 leaves a padding that looks right
      throw wrongPassphrase(file);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
    AuthorityCheck.requireIssuer(certificate, file.toString(), now);
    PrivateKey checked =
        AuthorityCheck.requireKey(key, certificate, file.toString(), file.toString(), crypto);
    return new OfflineRoot(trustDomain(file, certificate), certificate, checked);
  }

  private static List<Pem.Block> guardedBlocks(Path file) {
    byte[] bytes = PrivateFile.read(file, "root file", MAX_BYTES);
    return blocks(file, new String(bytes, StandardCharsets.US_ASCII));
  }

  private static List<Pem.Block> blocks(Path file, String text) {
    try {
      List<Pem.Block> blocks = Pem.read(text, Pem.Text.REFUSED);
      if (blocks.stream().map(Pem.Block::label).toList().equals(List.of(CERTIFICATE, KEY))) {
        return blocks;
      }
      throw broken(file, null);
    } catch (InvalidCertificate e) {
      throw broken(file, e);
    }
  }

  private static X509Certificate certificate(Path file, List<Pem.Block> blocks) {
    try {
      return CertificateChain.certificate(blocks.getFirst().der());
    } catch (InvalidCertificate e) {
      throw broken(file, e);
    }
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw broken(file, null);
      }
      return Files.readString(file, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new AuthorityException(
          file + ": cannot be read (" + e.getClass().getSimpleName() + "); check path and owner",
          e);
    }
  }

  /** The root says in its SPIFFE ID which trust domain it was made for. */
  private static TrustDomain trustDomain(Path file, X509Certificate certificate) {
    try {
      var names = certificate.getSubjectAlternativeNames();
      if (names != null && names.size() == 1) {
        SpiffeId id = SpiffeId.parse(String.valueOf(names.iterator().next().get(1)));
        if (id.path().isEmpty()) {
          return id.trustDomain();
        }
      }
      throw broken(file, null);
    } catch (CertificateParsingException | InvalidIdentity e) {
      throw broken(file, e);
    }
  }

  private static AuthorityException wrongPassphrase(Path file) {
    return new AuthorityException(file + ": the passphrase does not open it");
  }

  private static AuthorityException broken(
      Path file, @org.jspecify.annotations.Nullable Exception e) {
    String message =
        file + ": is not a root file that herald ca init made, or damaged; take another copy";
    return e == null ? new AuthorityException(message) : new AuthorityException(message, e);
  }
}
