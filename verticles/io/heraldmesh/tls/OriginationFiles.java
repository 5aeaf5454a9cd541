package io.heraldmesh.tls;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.KeyMatch;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.PrivateKeyPem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The PEM files behind TLS to servers outside of the mesh.
 *
 * @param roots who is trusted; null: the platform's roots
 * @param certificate what the client shows, leaf first; null together with {@code key}: nothing
 */
public record OriginationFiles(
    @Nullable String roots, @Nullable String certificate, @Nullable String key) {
  private static final long MOST_BYTES = 1 << 20;

  /**
   * What was read.
   *
   * @param roots empty: the platform's
   * @param chain empty: nothing is shown
   */
  record Loaded(
      List<X509Certificate> roots, List<X509Certificate> chain, @Nullable PrivateKey key) {}

  /** Changes when a file does; links are followed, so a swapped {@code ..data} shows. */
  String stamp() {
    return Stream.of(roots, certificate, key)
        .filter(Objects::nonNull)
        .map(OriginationFiles::stamp)
        .collect(Collectors.joining("\n"));
  }

  private static String stamp(String file) {
    Path path = Path.of(file);
    try {
      BasicFileAttributes a = Files.readAttributes(path, BasicFileAttributes.class);
      return path.toRealPath() + " " + a.size() + " " + a.lastModifiedTime() + " " + a.fileKey();
    } catch (IOException e) {
      return file + " cannot be read";
    }
  }

  /**
   * Blocks for the disk.
   *
   * @throws InvalidCertificate when a file is missing or wrong, or key and certificate do not
   *     belong together; names the file and holds nothing of the key
   */
  Loaded load(Crypto crypto) {
    List<X509Certificate> trusted = roots == null ? List.of() : certificates(roots);
    if (certificate == null || key == null) {
      return new Loaded(trusted, List.of(), null);
    }
    List<X509Certificate> chain = certificates(certificate);
    PrivateKey secret = reading(key, text -> PrivateKeyPem.parse(text, crypto));
    if (!KeyMatch.fits(secret, chain.getFirst(), crypto)) {
      throw new InvalidCertificate(key + " is not the private key of " + certificate);
    }
    return new Loaded(trusted, chain, secret);
  }

  private static List<X509Certificate> certificates(String file) {
    return reading(
        file,
        text -> {
          List<Pem.Block> blocks = Pem.read(text, Pem.Text.ALLOWED);
          if (blocks.isEmpty()) {
            throw new InvalidCertificate("holds no certificate");
          }
          return blocks.stream().map(OriginationFiles::certificate).toList();
        });
  }

  private static X509Certificate certificate(Pem.Block block) {
    if (!block.label().equals("CERTIFICATE")) {
      throw new InvalidCertificate("expected only CERTIFICATE blocks, found " + block.label());
    }
    return CertificateChain.certificate(block.der());
  }

  private static <T> T reading(String file, Function<String, T> reader) {
    Path path = Path.of(file);
    try {
      if (Files.size(path) > MOST_BYTES) {
        throw new InvalidCertificate("over " + MOST_BYTES + " bytes");
      }
      return reader.apply(Files.readString(path, StandardCharsets.UTF_8));
    } catch (InvalidCertificate e) {
      throw new InvalidCertificate(file + ": " + e.getMessage(), e);
    } catch (NoSuchFileException e) {
      throw new InvalidCertificate(file + ": there is no such file");
    } catch (IOException e) {
      throw new InvalidCertificate(file + ": cannot be read: " + e.getClass().getSimpleName());
    }
  }
}
