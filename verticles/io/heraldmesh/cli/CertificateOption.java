package io.heraldmesh.cli;

import io.heraldmesh.ca.AuthorityException;
import io.heraldmesh.ca.PrivateFile;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.enrol.JoiningProof;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.PrivateKeyPem;
import io.heraldmesh.node.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import picocli.CommandLine.Option;

/** A certificate of another authority, and its key. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CertificateOption {
  private static final int MOST_BYTES = 64 << 10;

  @Option(
      names = "--certificate",
      required = true,
      paramLabel = "FILE",
      description =
          "PEM, instead of a token: a certificate that the control nodes know, then its chain.")
  private Path certificate;

  @Option(
      names = "--key",
      required = true,
      paramLabel = "FILE",
      description = "PEM with its private key, read by its owner alone; it stays here.")
  private Path key;

  /**
   * @throws UsageException when they cannot be used
   */
  JoiningProof.Certificate read(Crypto crypto) {
    return new JoiningProof.Certificate(chain(), key(crypto));
  }

  private List<X509Certificate> chain() {
    try {
      if (Files.size(certificate) > MOST_BYTES) {
        throw new UsageException(certificate + ": is over " + MOST_BYTES + " bytes");
      }
      return CertificateChain.parsePem(Files.readString(certificate)).certificates();
    } catch (InvalidCertificate e) {
      throw new UsageException(certificate + ": " + e.getMessage());
    } catch (IOException e) {
      throw GivenFile.unreadable(certificate, e);
    }
  }

  private PrivateKey key(Crypto crypto) {
    try {
      byte[] pem = PrivateFile.read(key, "key", MOST_BYTES);
      return PrivateKeyPem.parse(new String(pem, StandardCharsets.US_ASCII), crypto);
    } catch (AuthorityException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    } catch (InvalidCertificate e) {
      throw new UsageException(key + ": " + e.getMessage());
    }
  }
}
