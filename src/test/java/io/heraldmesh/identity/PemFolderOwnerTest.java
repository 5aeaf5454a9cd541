package io.heraldmesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What root writes into the folder of a service can be read by it, and by nobody else. */
class PemFolderOwnerTest {
  private static final int SERVICE = 12345;
  private static final int GROUP = 12346;

  @TempDir private Path folder;
  private PemFolder files;

  @BeforeEach
  void aFolderOfAService() throws IOException {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "not root");
    Files.setAttribute(folder, "unix:uid", SERVICE);
    Files.setAttribute(folder, "unix:gid", GROUP);
    files = new PemFolder(folder);
  }

  private static void assertTheServices(Path file) throws IOException {
    assertThat(Files.getAttribute(file, "unix:uid")).as(file.toString()).isEqualTo(SERVICE);
    assertThat(Files.getAttribute(file, "unix:gid")).as(file.toString()).isEqualTo(GROUP);
  }

  @Test
  void aSetBelongsToWhoeverHasTheFolder() throws IOException {
    files.replace(Map.of("a.pem", "a", "b.pem", "b"));
    files.replace(Map.of("a.pem", "a2", "b.pem", "b2"));

    assertTheServices(files.current());
    assertTheServices(folder.resolve("a.pem"));
    assertTheServices(folder.resolve("b.pem"));
    assertThat(Files.readString(folder.resolve("a.pem"))).isEqualTo("a2");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.current())))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a.pem"))))
        .isEqualTo("rw-------");
  }

  @Test
  void aFileOfItsOwnToo() throws IOException {
    files.writeAlone("key.pem", "key");

    assertTheServices(folder.resolve("key.pem"));
  }

  @Test
  void aFolderThatIsMadeForThemToo() throws IOException {
    Path made = folder.resolve("node");
    new PemFolder(made).writeAlone("key.pem", "key");
    new PemFolder(made).replace(Map.of("a.pem", "a"));

    assertTheServices(made);
    assertTheServices(made.resolve("key.pem"));
    assertTheServices(made.resolve("a.pem"));
  }

  /** The service's user may put there whatever it likes, at any moment. */
  @Test
  void whatALinkLeadsToIsNotGivenAway(@TempDir Path roots) throws IOException {
    Path shadow = Files.writeString(roots.resolve("shadow"), "root's");
    Files.createSymbolicLink(folder.resolve("key.pem.new"), shadow);
    assertThatThrownBy(() -> FolderOwner.give(folder, "key.pem.new"))
        .isInstanceOf(IOException.class);
    Files.createSymbolicLink(folder.resolve("..set-1"), roots);
    assertThatThrownBy(() -> FolderOwner.give(folder, "..set-1")).isInstanceOf(IOException.class);

    assertThat(uid(shadow)).isEqualTo(0);
    assertThat(uid(roots)).isEqualTo(0);
  }

  /** As above, in the place of an old set, which is removed. */
  @Test
  void whatALinkLeadsToIsNotRemoved(@TempDir Path roots) throws IOException {
    Path file = Files.writeString(roots.resolve("file"), "root's");
    Files.createSymbolicLink(folder.resolve("..set-1"), roots);

    files.replace(Map.of("a.pem", "a"));
    files.replace(Map.of("a.pem", "a2"));

    assertThat(file).exists();
    assertThat(Files.readString(folder.resolve("a.pem"))).isEqualTo("a2");
  }

  @Test
  void aFolderOfOursKeepsWhatIsWrittenOurs() throws IOException {
    Path ours = Files.createDirectory(folder.resolve("ours"));
    new PemFolder(ours).replace(Map.of("a.pem", "a"));

    try (Stream<Path> all = Files.walk(ours)) {
      assertThat(all.map(PemFolderOwnerTest::uid)).containsOnly(0);
    }
  }

  private static Object uid(Path file) {
    try {
      return Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
