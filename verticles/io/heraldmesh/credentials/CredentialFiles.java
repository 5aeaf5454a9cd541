package io.heraldmesh.credentials;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.PrivateKeyPem;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The three files of one workload, under Istio's names. Blocks for the disk. */
final class CredentialFiles {
  private static final long MOST_BYTES = 1 << 20;

  private final Path folder;
  private final SpiffeId id;
  private final Crypto crypto;
  private final CredentialCheck check;

  CredentialFiles(Path folder, SpiffeId id, Crypto crypto) {
    this.folder = folder;
    this.id = id;
    this.crypto = crypto;
    this.check = new CredentialCheck(crypto);
  }

  /** What was read, checked. */
  record Loaded(Credential credential, TrustBundle bundle) {}

  /** Changes when a file does; links are followed, so a swapped {@code ..data} shows. */
  record Stamp(List<String> files) {}

  /** Reads nothing but names, sizes and times. */
  Stamp stamp() {
    List<String> files = new ArrayList<>();
    for (String name : List.of("cert-chain.pem", "key.pem", "root-cert.pem")) {
      Path file = folder.resolve(name);
      try {
        BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
        files.add(file.toRealPath() + " " + a.size() + " " + a.lastModifiedTime() + a.fileKey());
      } catch (IOException e) {
        files.add(name + " cannot be read");
      }
    }
    return new Stamp(files);
  }

  /**
   * @throws InvalidCertificate when a file is missing or wrong, or they do not fit together; names
   *     the file and holds nothing of the key
   */
  Loaded load(Instant now) {
    TrustBundle bundle =
        reading("root-cert.pem", text -> TrustBundle.fromPem(id.trustDomain(), text));
    CertificateChain chain = reading("cert-chain.pem", CertificateChain::parsePem);
    PrivateKey key = reading("key.pem", text -> PrivateKeyPem.parse(text, crypto));
    Optional<String> problem = check.problem(id, key, chain.certificates(), bundle, now);
    if (problem.isPresent()) {
      throw new InvalidCertificate(folder + ": " + problem.get());
    }
    return new Loaded(new Credential(id, key, chain.certificates()), bundle);
  }

  private interface Reader<T> {
    T read(String text);
  }

  private <T> T reading(String name, Reader<T> reader) {
    Path file = folder.resolve(name);
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new InvalidCertificate(file + ": over " + MOST_BYTES + " bytes");
      }
      return reader.read(Files.readString(file, StandardCharsets.US_ASCII));
    } catch (InvalidCertificate e) {
      throw new InvalidCertificate(file + ": " + e.getMessage(), e);
    } catch (NoSuchFileException e) {
      throw new InvalidCertificate(file + ": there is no such file");
    } catch (IOException e) {
      throw new InvalidCertificate(file + ": cannot be read: " + e.getClass().getSimpleName());
    }
  }
}
