package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Ipv6;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A control node that is reached at an IPv6 address. */
@Timeout(180)
class Ipv6JoinTest {
  @TempDir Path folder;
  private JoiningMesh mesh;

  @BeforeEach
  void aControlNode() throws IOException {
    Ipv6.assumeThere();
    mesh = JoiningMesh.of(folder, JoiningMesh.BY_TOKENS.replace("127.0.0.1:0", "[::1]:0"));
  }

  @AfterEach
  void stop() {
    if (mesh != null) {
      mesh.close();
    }
  }

  @Test
  void aNodeJoinsByThePrintedLineAndAttaches() {
    CommandRun made = mesh.create("n1", "--workload", "shop/web");
    assertThat(made.out()).startsWith("herald join --control [::1]:");
    CommandRun joined = mesh.join(made, "n1");
    assertThat(joined.code()).as(joined.err()).isZero();

    try (AttachedNode n1 = AttachedNode.attach(mesh.state("n1"), mesh.control())) {
      assertThat(n1.link().status().attached()).as("%s", n1.link().status()).isTrue();
      assertThat(n1.link().status().address()).isEqualTo(mesh.control());
    }
  }

  @Test
  void anOperatorElsewhereIsAnswered() {
    CommandRun joined = mesh.join(mesh.create("ann", "--role", "operator"), "ann");
    assertThat(joined.code()).as(joined.err()).isZero();

    CommandRun listed =
        CommandRun.of(
            "token", "list", "--control", mesh.control(), "--identity", mesh.state("ann"));
    assertThat(listed.code()).as(listed.err()).isZero();
    assertThat(listed.out()).contains("ann");
  }
}
