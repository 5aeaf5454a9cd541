package io.heraldmesh.node;

import static io.heraldmesh.node.NodeFiles.LEAST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.OtherUser;
import io.heraldmesh.proxy.capture.RunAs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy whose own calls would be captured does not start. */
class OwnUserTest {
  private static final String STATUS =
      "Name:\tjava\nUid:\t1000\t990\t1000\t1000\nGid:\t7\t7\t7\t7\n";

  @TempDir Path folder;

  @Test
  void itIsTheEffectiveUserThatCounts() {
    assertThat(OwnUser.refusal(new RunAs("herald", 990), STATUS)).isNull();
    assertThat(OwnUser.refusal(new RunAs("herald", 1000), STATUS))
        .contains("runs as uid 990", "spec.capture.user is herald (uid 1000)");
    assertThat(OwnUser.refusal(new RunAs("herald", 990), "")).isNull();
  }

  @Test
  void thisProcessIsItsUsers() throws IOException {
    String status = Files.readString(Path.of("/proc/self/status"));
    int mine = OtherUser.myUid();
    assertThat(OwnUser.refusal(new RunAs("me", mine), status)).isNull();
    assertThat(OwnUser.refusal(new RunAs("other", mine + 1), status)).isNotNull();
  }

  @Test
  void aNodeThatCapturesCallsStartsAsTheUserThatItsFileNamesAlone() throws IOException {
    int mine = OtherUser.myUid();
    NodeConfig another = node(mine + 1, "outbound: {capture: 127.0.0.1:0}");
    assertThatThrownBy(() -> Node.start(another))
        .isInstanceOfSatisfying(StartFailure.class, e -> assertThat(e.exitCode()).isEqualTo(3))
        .hasMessageContaining("Herald runs as uid " + mine + ",")
        .hasMessageContaining("spec.capture.user is uid " + (mine + 1));
    for (NodeConfig well :
        new NodeConfig[] {
          node(mine, "outbound: {capture: 127.0.0.1:0}"),
          node(mine + 1, "outbound: {listen: 127.0.0.1:0}")
        }) {
      assertThatCode(() -> OwnUser.check(well)).doesNotThrowAnyException();
    }
  }

  private NodeConfig node(int user, String outbound) throws IOException {
    return new NodeFiles(folder)
        .read(
            LEAST
                + "  capture: {user: "
                + user
                + "}\n  workloads: [{namespace: a, name: b, "
                + outbound
                + "}]\n");
  }
}
