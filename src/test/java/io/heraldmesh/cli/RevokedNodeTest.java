package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService.IssueRequest;
import io.heraldmesh.bus.CaService.Subject;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.EcKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code herald delete node} against a control node that runs and nodes that are attached. */
@Timeout(180)
class RevokedNodeTest {
  private static final Crypto CRYPTO = Crypto.preferred();

  @TempDir Path folder;
  private final List<AttachedNode> attached = new ArrayList<>();
  private JoiningMesh mesh;

  @BeforeEach
  void aControlNode() throws IOException {
    mesh = JoiningMesh.byTokens(folder);
  }

  @AfterEach
  void stop() {
    attached.forEach(AttachedNode::close);
    mesh.close();
  }

  @Test
  void aRevokedNodeIsCutOffAndComesInByNothingThatItHad() {
    CommandRun line = mesh.create("n1", "--workload", "shop/web");
    assertThat(mesh.join(line, "n1").code()).isZero();
    assertThat(mesh.join(mesh.create("n2", "--workload", "shop/db"), "n2").code()).isZero();
    CommandRun spare = mesh.create("n1");
    AttachedNode one = attach("n1");
    AttachedNode two = attach("n2");
    assertThat(Await.result(one.ca().issue(request(new Subject.Caller()))).chain()).isNotEmpty();

    CommandRun revoked = mesh.admin("delete", "node", "n1");
    assertThat(revoked.code()).as(revoked.err()).isZero();
    Await.until(Duration.ofSeconds(1), "its link ends", () -> !one.link().status().attached());

    // Neither does it attach nor renew, and others notice nothing.
    Await.until(
        "it is refused",
        () -> String.valueOf(one.link().status().lastError()).contains("no longer good"));
    assertThat(Await.failure(one.ca().issue(request(new Subject.Caller()))))
        .isInstanceOfSatisfying(
            BusException.class, e -> assertThat(e.failure()).isEqualTo(BusFailure.UNREACHABLE));
    assertThat(two.link().status().attached()).isTrue();
    assertThat(Await.result(two.ca().issue(request(new Subject.Caller()))).chain()).isNotEmpty();

    // Neither by the token that it used, nor by one that it had not used yet.
    for (CommandRun old : List.of(line, spare)) {
      CommandRun again = mesh.join(old, "n1");
      assertThat(again.code()).isEqualTo(1);
      assertThat(again.err()).contains("refused: TOKEN_UNKNOWN");
    }
    CommandRun early = mesh.create("n1");
    assertThat(early.code()).isEqualTo(1);
    assertThat(early.err()).contains("node n1 was revoked; a token for it can be made from ");
    assertThat(mesh.admin("token", "list").out())
        .contains("n2")
        .contains("used")
        .doesNotContain("unused");
    assertThat(mesh.admin("delete", "node", "n1").code()).as("nothing is left").isEqualTo(1);
  }

  @Test
  void aNodeWithoutARegistrationIsRevokedTooAndANameThatNobodyKnowsIsVoid() {
    assertThat(mesh.join(mesh.create("n1"), "n1").code()).isZero();
    AttachedNode one = attach("n1");
    assertThat(Await.failure(one.ca().issue(request(new Subject.Caller()))))
        .as("nothing is registered, so it is not renewed")
        .isInstanceOfSatisfying(
            BusException.class, e -> assertThat(e.failure()).isEqualTo(BusFailure.NOT_REGISTERED));

    CommandRun unknown = mesh.admin("delete", "node", "n7");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err())
        .contains("nothing was known of node n7; whatever has that name is void from now on");
    assertThat(mesh.create("n7").err()).contains("node n7 was revoked");
    assertThat(mesh.admin("delete", "node", "n1").code()).isZero();
    Await.until(Duration.ofSeconds(1), "its link ends", () -> !one.link().status().attached());
  }

  @Test
  void aTokenThatWouldGiveAWorkloadAgainIsVoidWithIt() {
    CommandRun line = mesh.create("n1", "--workload", "shop/pay", "--ttl", "24h");
    CommandRun taken = mesh.admin("delete", "node", "n1", "--workload", "shop/pay");
    assertThat(taken.code()).as(taken.err()).isZero();
    assertThat(taken.err()).contains("a token that nobody had used is void, too");
    assertThat(mesh.join(line, "n1").err()).contains("refused: TOKEN_UNKNOWN");
    assertThat(mesh.admin("delete", "node", "n1", "--workload", "shop/pay").code()).isEqualTo(1);
  }

  @Test
  void aRevokedOperatorIsHeardNoMore() {
    assertThat(mesh.join(mesh.create("ann", "--role", "operator"), "ann").code()).isZero();
    assertThat(asAnn("token", "list").code()).isZero();
    CommandRun herself = asAnn("delete", "node", "ann");
    assertThat(herself.code()).as(herself.err()).isZero();
    CommandRun after = asAnn("token", "list");
    assertThat(after.code()).isNotZero();
    assertThat(after.out()).isEmpty();
  }

  @Test
  void whatIsRevokedStaysSoWhenTheControlNodeStartsAgain() {
    assertThat(mesh.join(mesh.create("n1", "--workload", "shop/web"), "n1").code()).isZero();
    assertThat(mesh.admin("delete", "node", "n1").code()).isZero();
    mesh.startAgain();
    AttachedNode one = attach("n1");
    Await.until(
        "it is refused",
        () -> String.valueOf(one.link().status().lastError()).contains("no longer good"));
    assertThat(one.link().status().attached()).isFalse();
  }

  private AttachedNode attach(String name) {
    AttachedNode here = AttachedNode.attach(mesh.state(name), mesh.control());
    attached.add(here);
    return here;
  }

  private static IssueRequest request(Subject subject) {
    return new IssueRequest(
        ByteString.of(Csr.create(EcKeys.generate(CRYPTO), CRYPTO)), subject, null);
  }

  private CommandRun asAnn(Object... words) {
    return CommandRun.of(
        Stream.concat(
                Arrays.stream(words),
                Stream.of("--control", mesh.control(), "--identity", mesh.state("ann")))
            .toArray());
  }
}
