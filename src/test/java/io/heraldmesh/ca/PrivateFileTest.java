package io.heraldmesh.ca;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose files hold a secret, and who may not open them. */
class PrivateFileTest {
  private static final int ANOTHER = 12345;

  @TempDir private Path folder;
  @TempDir private Path credentials;

  private static Path secret(Path in, String permissions) throws IOException {
    Path file = Files.writeString(in.resolve("secret"), "word");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private String read(Path file) {
    return new String(PrivateFile.read(file, "secret", 100, credentials), UTF_8);
  }

  private void assertRefused(Path file, String why) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(AuthorityException.class)
        .hasMessageContaining(why);
  }

  private static void assumeRoot() throws IOException {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "not root");
  }

  @Test
  void aFileOfOursThatNobodyElseMayOpenIsRead() throws IOException {
    assertThat(read(secret(folder, "rw-------"))).isEqualTo("word");
  }

  @Test
  void aFileThatTheGroupMayOpenIsNotRead() throws IOException {
    assertRefused(secret(folder, "r--r-----"), "chmod 600");
  }

  @Test
  void aCredentialOfSystemdIsRead() throws IOException {
    assertThat(read(secret(credentials, "r--r-----"))).isEqualTo("word");
  }

  @Test
  void aCredentialThatEverybodyMayOpenOrTheGroupMayChangeIsNotRead() throws IOException {
    assertRefused(secret(credentials, "r--r--r--"), "others may open");
    assertRefused(secret(credentials, "rw-rw----"), "others may open");
  }

  @Test
  void onlyARegularFileDirectlyInTheFolderIsACredential() throws IOException {
    Path below = Files.createDirectory(credentials.resolve("below"));
    assertRefused(secret(below, "r--r-----"), "others may open");

    Path elsewhere = secret(folder, "r--r-----");
    Path link = Files.createSymbolicLink(credentials.resolve("link"), elsewhere);
    assertRefused(link, "others may open");
    assertRefused(credentials.resolve("../" + folder.getFileName() + "/secret"), "others may");
  }

  @Test
  void withoutAFolderOfCredentialsThereIsNone() throws IOException {
    Path file = secret(credentials, "r--r-----");

    assertThatThrownBy(() -> PrivateFile.read(file, "secret", 100, null))
        .hasMessageContaining("others may open");
  }

  @Test
  void aCredentialOfAnotherUserThanRootAndOursIsNotRead() throws IOException {
    assumeRoot();
    Path file = secret(credentials, "r--r-----");
    Files.setAttribute(file, "unix:uid", ANOTHER);

    assertRefused(file, "others may open");
  }

  /** As {@code herald state export} of a service that has a user of its own. */
  @Test
  void rootReadsTheFileOfAnotherUserThatNobodyElseMayOpen() throws IOException {
    assumeRoot();
    Path file = secret(folder, "rw-------");
    Files.setAttribute(file, "unix:uid", ANOTHER);
    assertThat(read(file)).isEqualTo("word");

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertRefused(file, "others may open");
  }
}
