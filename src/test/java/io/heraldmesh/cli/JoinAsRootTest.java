package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heraldmesh.OtherUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code herald join} run by root where a service of another user will run. */
@Timeout(180)
class JoinAsRootTest {
  @TempDir Path folder;

  @Test
  void whatItLeavesInTheFolderOfTheServiceIsTheServices() throws IOException {
    assumeTrue(OtherUser.myUid() == 0, "not root");
    try (JoiningMesh mesh = JoiningMesh.byTokens(folder)) {
      Path state = Files.createDirectories(mesh.state("n1"));
      Files.setAttribute(state, "unix:uid", OtherUser.UID);

      CommandRun joined = mesh.join(mesh.create("n1"), "n1");
      assertThat(joined.code()).as(joined.err()).isZero();
      try (Stream<Path> all = Files.walk(state)) {
        assertThat(all.filter(file -> !Files.isSymbolicLink(file)).toList())
            .contains(state.resolve("lock"), state.resolve("node"))
            .allSatisfy(
                file ->
                    assertThat(Files.getAttribute(file, "unix:uid"))
                        .as(file.toString())
                        .isEqualTo(OtherUser.UID));
      }
    }
  }
}
