package io.heraldmesh.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.OutsideAuthority;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.InvalidCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of a DestinationRule: read whole and fitting, or refused by name and without secrets. */
class OriginationFilesTest {
  private static final OutsideAuthority AUTHORITY = new OutsideAuthority("files");

  @TempDir Path folder;
  private OriginationFiles files;

  @BeforeEach
  void write() throws IOException {
    AUTHORITY.rootFile(path("roots.pem"));
    AUTHORITY.issue("client").write(path("client.pem"), path("client.key"));
    files = files("roots.pem", "client.pem", "client.key");
  }

  @Test
  void whatFitsIsRead() {
    OriginationFiles.Loaded loaded = files.load(Crypto.jdk());
    assertThat(loaded.roots()).hasSize(1);
    assertThat(loaded.chain()).hasSize(1);
    assertThat(loaded.key()).isNotNull();
  }

  @Test
  void withoutFilesThePlatformIsTrustedAndNothingShown() {
    OriginationFiles.Loaded loaded = new OriginationFiles(null, null, null).load(Crypto.jdk());
    assertThat(loaded.roots()).isEmpty();
    assertThat(loaded.chain()).isEmpty();
    assertThat(loaded.key()).isNull();
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() throws IOException {
    AUTHORITY.issue("other").write(path("unused.pem"), path("client.key"));
    refused("client.key is not the private key of");
  }

  @Test
  void aFileThatIsMissingEmptyOrSomethingElseIsRefusedByName() throws IOException {
    Files.delete(path("roots.pem"));
    refused("roots.pem: there is no such file");
    Files.writeString(path("roots.pem"), "");
    refused("roots.pem: holds no certificate");
    Files.copy(path("client.key"), path("key-as-roots.pem"));
    assertThatThrownBy(() -> files("key-as-roots.pem", null, null).load(Crypto.jdk()))
        .isInstanceOf(InvalidCertificate.class)
        .hasMessageContaining("expected only CERTIFICATE blocks");
    Files.write(path("roots.pem"), new byte[(1 << 20) + 1]);
    refused("roots.pem: over");
  }

  @Test
  void aRefusalHoldsNothingOfTheKey() throws IOException {
    String secret = Files.readString(path("client.key")).lines().skip(1).findFirst().orElseThrow();
    Files.writeString(
        path("client.key"),
        "-----BEGIN PRIVATE KEY-----\n" + secret + "\n-----END PRIVATE KEY-----\n");
    assertThatThrownBy(() -> files.load(Crypto.jdk()))
        .hasMessageContaining("client.key")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(secret));
  }

  @Test
  void theStampChangesWithAFileAndOnlyThen() throws IOException {
    String before = files.stamp();
    assertThat(files.stamp()).isEqualTo(before);
    AUTHORITY.issue("again").write(path("client.pem"), path("client.key"));
    assertThat(files.stamp()).isNotEqualTo(before);
    Files.delete(path("client.pem"));
    assertThat(files.stamp()).contains("client.pem cannot be read");
  }

  private void refused(String message) {
    assertThatThrownBy(() -> files.load(Crypto.jdk()))
        .isInstanceOf(InvalidCertificate.class)
        .hasMessageContaining(message);
  }

  private OriginationFiles files(String roots, @Nullable String certificate, @Nullable String key) {
    return new OriginationFiles(
        path(roots).toString(),
        certificate == null ? null : path(certificate).toString(),
        key == null ? null : path(key).toString());
  }

  private Path path(String name) {
    return folder.resolve(name);
  }
}
