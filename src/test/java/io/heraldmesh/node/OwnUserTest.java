package io.heraldmesh.node;

import static io.heraldmesh.node.NodeFiles.LEAST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

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
  private static final String ALL = "         0          0 4294967295\n";

  @TempDir Path folder;

  @Test
  void itIsTheEffectiveUserThatCounts() {
    assertThat(OwnUser.refusal(new RunAs("herald", 990), STATUS, ALL)).isNull();
    assertThat(OwnUser.refusal(new RunAs("herald", 1000), STATUS, ALL))
        .contains("runs as uid 990", "spec.capture.user is herald (uid 1000)");
    assertThat(OwnUser.refusal(new RunAs("herald", 990), "", ALL)).isNull();
  }

  @Test
  void whoIsRefusedIsToldThatTheFileCountsAlsoBesideTheOptionOfInstall() {
    assertThat(OwnUser.refusal(new RunAs("herald", 1000), STATUS, ALL))
        .contains("name in spec.capture.user the one that it runs as", "--proxy-uid");
  }

  /** As in a container without root: uid 990 there is another to the rules, and may be the one. */
  @Test
  void inAUserNamespaceNothingCanBeTold() {
    RunAs other = new RunAs("herald", 100990);
    String mapped = "         0     100000      65536\n";
    String some = "         0       1000          1\n         1     100000      65536\n";
    assertThat(OwnUser.refusal(other, STATUS, mapped)).isNull();
    assertThat(OwnUser.refusal(other, STATUS, some)).isNull();
    assertThat(OwnUser.refusal(other, STATUS, "")).isNotNull();
  }

  @Test
  void thisProcessIsItsUsers() throws IOException {
    String status = Files.readString(Path.of("/proc/self/status"));
    int mine = OtherUser.myUid();
    assertThat(OwnUser.refusal(new RunAs("me", mine), status, ALL)).isNull();
    assertThat(OwnUser.refusal(new RunAs("other", mine + 1), status, ALL)).isNotNull();
  }

  @Test
  void aNodeThatCapturesCallsStartsAsTheUserThatItsFileNamesAlone() throws IOException {
    assumeThat(Files.readString(Path.of("/proc/self/uid_map")))
        .containsPattern("0\\s+0\\s+4294967295");
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

  /** Its calls to its services are another program's from the proxy's address. */
  @Test
  void soDoesANodeThatCapturesWhatArrives() throws IOException {
    assumeThat(Files.readString(Path.of("/proc/self/uid_map")))
        .containsPattern("0\\s+0\\s+4294967295");
    int mine = OtherUser.myUid();
    String inbound = ", inbound: {listen: 127.0.0.1:0}";
    NodeConfig another = node((mine + 1) + inbound, "outbound: {listen: 127.0.0.1:0}");
    assertThatThrownBy(() -> OwnUser.check(another))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("spec.capture.user is uid " + (mine + 1));
    NodeConfig well = node(mine + inbound, "outbound: {listen: 127.0.0.1:0}");
    assertThatCode(() -> OwnUser.check(well)).doesNotThrowAnyException();
  }

  private NodeConfig node(int user, String outbound) throws IOException {
    return node("" + user, outbound);
  }

  private NodeConfig node(String user, String outbound) throws IOException {
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
