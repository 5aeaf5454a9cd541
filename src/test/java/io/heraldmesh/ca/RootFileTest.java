package io.heraldmesh.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RootFileTest {
  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final String PASSPHRASE = "correct horse battery – staple";

  private final Crypto crypto = Crypto.preferred();
  private final SecureRandom random = new SecureRandom();

  @TempDir Path folder;

  private X509Certificate create(Path file) {
    return RootFile.create(file, PASSPHRASE.toCharArray(), MESH, NOW, crypto, random);
  }

  private OfflineRoot open(Path file, String passphrase) {
    return RootFile.open(file, passphrase.toCharArray(), NOW, crypto);
  }

  @Test
  void aRootIsOpenedByItsPassphraseAndByNoOther() {
    Path file = folder.resolve("root.pem");
    X509Certificate made = create(file);

    OfflineRoot opened = open(file, PASSPHRASE);
    assertThat(opened.certificate()).isEqualTo(made);
    assertThat(opened.trustDomain()).isEqualTo(MESH);
    for (String wrong : new String[] {"", PASSPHRASE + " ", "C" + PASSPHRASE.substring(1), "x"}) {
      assertThatThrownBy(() -> open(file, wrong))
          .isInstanceOf(AuthorityException.class)
          .hasMessageContaining("the passphrase does not open it")
          .hasMessageNotContaining(PASSPHRASE);
    }
  }

  @Test
  void onlyItsOwnerMayReadItAndNothingIsOverwritten() throws IOException {
    Path file = folder.resolve("root.pem");
    create(file);
    byte[] before = Files.readAllBytes(file);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> create(file)).hasMessageContaining("is not overwritten");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> open(file, PASSPHRASE)).hasMessageContaining("chmod 600");
  }

  @Test
  void theKeyIsNowhereInTheClear() throws IOException {
    Path file = folder.resolve("root.pem");
    create(file);

    assertThat(Files.readString(file, StandardCharsets.US_ASCII))
        .contains("BEGIN ENCRYPTED PRIVATE KEY")
        .doesNotContain("BEGIN PRIVATE KEY")
        .doesNotContain("BEGIN EC PRIVATE KEY");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aShortPassphraseMakesNoRoot() {
    Path file = folder.resolve("root.pem");

    assertThatThrownBy(
            () -> RootFile.create(file, "elevenchars".toCharArray(), MESH, NOW, crypto, random))
        .hasMessageContaining("shorter than 12");
    assertThat(file).doesNotExist();
  }

  @Test
  void theCertificateIsShownWithoutAPassphrase() {
    Path file = folder.resolve("root.pem");
    X509Certificate made = create(file);

    assertThat(Fingerprint.of(RootFile.certificate(file))).isEqualTo(Fingerprint.of(made));
  }

  @Test
  void whatIsBrokenIsRefusedByName() throws IOException {
    Path file = folder.resolve("root.pem");
    create(file);
    String text = Files.readString(file);
    int key = text.indexOf("-----BEGIN ENCRYPTED");
    for (String broken :
        new String[] {
          "", text.substring(0, key), text.substring(key), text + text, text.replace("MI", "IM")
        }) {
      Files.writeString(file, broken);
      assertThatThrownBy(() -> open(file, PASSPHRASE))
          .isInstanceOf(AuthorityException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void theKeyOfAnotherRootIsNotTakenForThisOnes() throws IOException {
    Path file = folder.resolve("root.pem");
    Path other = folder.resolve("other.pem");
    create(file);
    create(other);
    String mine = Files.readString(file);
    String theirs = Files.readString(other);
    Files.writeString(
        file,
        mine.substring(0, mine.indexOf("-----BEGIN ENC"))
            + theirs.substring(theirs.indexOf("-----BEGIN ENC")));

    assertThatThrownBy(() -> open(file, PASSPHRASE)).hasMessageContaining("is not the key of");
  }

  @Test
  void aRootThatEndedSignsNothing() {
    Path file = folder.resolve("root.pem");
    X509Certificate made = create(file);
    Instant after = made.getNotAfter().toInstant().plus(Duration.ofSeconds(1));

    assertThatThrownBy(() -> RootFile.open(file, PASSPHRASE.toCharArray(), after, crypto))
        .hasMessageContaining("expired");
  }

  @Test
  void opensslReadsItToo() throws Exception {
    Path file = folder.resolve("root.pem");
    create(file);
    Path secret = Files.writeString(folder.resolve("passphrase"), PASSPHRASE);
    Process openssl;
    try {
      openssl =
          new ProcessBuilder(
                  "openssl",
                  "pkey",
                  "-in",
                  file.toString(),
                  "-passin",
                  "file:" + secret,
                  "-noout",
                  "-text_pub")
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      Assumptions.abort("openssl is not here, not run");
      return;
    }
    String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(openssl.waitFor()).as(said).isZero();
    assertThat(said).contains("prime256v1");
  }
}
