package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heraldmesh.OtherUser;
import io.heraldmesh.identity.FolderOwner;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service can use the state that root made in its folder, as by a command of an operator. */
class ServiceFolderTest {
  private static final int SERVICE = 12345;

  @TempDir private Path folder;

  @BeforeEach
  void aFolderOfAService() throws IOException {
    assumeTrue(OtherUser.myUid() == 0, "not root");
    Files.setAttribute(folder, "unix:uid", SERVICE);
  }

  private void assertAllIsTheServices(String... names) throws IOException {
    for (String name : names) {
      assertThat(folder.resolve(name)).exists();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      assertThat(all.toList())
          .allSatisfy(file -> assertThat(uid(file)).as(file.toString()).isEqualTo(SERVICE));
    }
  }

  private static Object uid(Path file) throws IOException {
    return Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  @Test
  void theLockOfTheFolder() throws IOException {
    try (StateDir taken = StateDir.open(folder)) {
      assertThat(taken.path()).isEqualTo(folder);
      assertAllIsTheServices("lock");
    }
    StateDir.open(folder).close();
  }

  @Test
  void aDatabaseAndWhatIsBesideIt() throws IOException {
    try (Store store = SqliteStore.open(folder.resolve("herald.db"), FolderOwner::give)) {
      store.authority().claim("mesh.test");
      assertAllIsTheServices("herald.db", "herald.db.lock", "herald.db-wal");
    }
    assertAllIsTheServices("herald.db", "herald.db.lock");
  }

  @Test
  void aDatabaseInAFolderThatIsMadeForIt() throws IOException {
    SqliteStore.open(folder.resolve("data/herald.db"), FolderOwner::give).close();

    assertAllIsTheServices("data/herald.db", "data/herald.db.lock");
  }

  /** Its user may have put there what is somebody else's. */
  @Test
  void whatWasThereStaysWhosItIs(@TempDir Path roots) throws IOException {
    Path precious = Files.writeString(roots.resolve("precious"), "root's");
    Files.createLink(folder.resolve("lock"), precious);
    Files.createLink(folder.resolve("herald.db.lock"), precious);

    StateDir.open(folder).close();
    SqliteStore.open(folder.resolve("herald.db"), FolderOwner::give).close();

    assertThat(uid(precious)).isEqualTo(0);
    assertThat(precious).hasContent("root's");
  }
}
