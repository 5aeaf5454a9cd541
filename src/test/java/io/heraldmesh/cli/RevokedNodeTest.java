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
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
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
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final List<AttachedNode> attached = new ArrayList<>();
  private NodeFolder files;
  private Node node;

  @BeforeEach
  void aControlNode() throws IOException {
    files = new NodeFolder(folder.resolve("control"));
    files.node("  roles: [ca, config, admin]\n  control: {listen: \"127.0.0.1:0\"}\n");
    node =
        Node.start(Objects.requireNonNull(NodeFileReader.read(files.file()).config()), said::add);
  }

  @AfterEach
  void stop() {
    attached.forEach(AttachedNode::close);
    node.stop();
  }

  @Test
  void aRevokedNodeIsCutOffAndComesInByNothingThatItHad() {
    CommandRun line = create("n1", "--workload", "shop/web");
    assertThat(join(line, "n1").code()).isZero();
    assertThat(join(create("n2", "--workload", "shop/db"), "n2").code()).isZero();
    CommandRun spare = create("n1");
    AttachedNode one = attach("n1");
    AttachedNode two = attach("n2");
    assertThat(Await.result(one.ca().issue(request(new Subject.Caller()))).chain()).isNotEmpty();

    CommandRun revoked = admin("delete", "node", "n1");
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
      CommandRun again = join(old, "n1");
      assertThat(again.code()).isEqualTo(1);
      assertThat(again.err()).contains("refused: TOKEN_UNKNOWN");
    }
    CommandRun early = create("n1");
    assertThat(early.code()).isEqualTo(1);
    assertThat(early.err()).contains("node n1 was revoked; a token for it can be made from ");
    assertThat(admin("token", "list").out())
        .contains("n2")
        .contains("used")
        .doesNotContain("unused");
    assertThat(admin("delete", "node", "n1").code()).as("nothing is left").isEqualTo(1);
  }

  @Test
  void aNodeWithoutARegistrationIsRevokedTooAndOneThatNeverWasIsNot() {
    assertThat(join(create("n1"), "n1").code()).isZero();
    AttachedNode one = attach("n1");
    assertThat(Await.failure(one.ca().issue(request(new Subject.Caller()))))
        .as("nothing is registered, so it is not renewed")
        .isInstanceOfSatisfying(
            BusException.class, e -> assertThat(e.failure()).isEqualTo(BusFailure.NOT_REGISTERED));

    assertThat(admin("delete", "node", "n7").code()).isEqualTo(1);
    assertThat(create("n7").code()).isZero();
    assertThat(admin("delete", "node", "n1").code()).isZero();
    Await.until(Duration.ofSeconds(1), "its link ends", () -> !one.link().status().attached());
  }

  @Test
  void aRevokedOperatorIsHeardNoMore() {
    assertThat(join(create("ann", "--role", "operator"), "ann").code()).isZero();
    assertThat(asAnn("token", "list").code()).isZero();
    CommandRun herself = asAnn("delete", "node", "ann");
    assertThat(herself.code()).as(herself.err()).isZero();
    CommandRun after = asAnn("token", "list");
    assertThat(after.code()).isNotZero();
    assertThat(after.out()).isEmpty();
  }

  @Test
  void whatIsRevokedStaysSoWhenTheControlNodeStartsAgain() throws IOException {
    assertThat(join(create("n1", "--workload", "shop/web"), "n1").code()).isZero();
    assertThat(admin("delete", "node", "n1").code()).isZero();
    node.stop();
    said.clear();
    node =
        Node.start(Objects.requireNonNull(NodeFileReader.read(files.file()).config()), said::add);
    AttachedNode one = attach("n1");
    Await.until(
        "it is refused",
        () -> String.valueOf(one.link().status().lastError()).contains("no longer good"));
    assertThat(one.link().status().attached()).isFalse();
  }

  private AttachedNode attach(String name) {
    AttachedNode here = AttachedNode.attach(state(name), control());
    attached.add(here);
    return here;
  }

  private static IssueRequest request(Subject subject) {
    return new IssueRequest(
        ByteString.of(Csr.create(EcKeys.generate(CRYPTO), CRYPTO)), subject, null);
  }

  private CommandRun create(String name, String... more) {
    return admin(
        Stream.of(
                Stream.of("token", "create", "--node", name, "--advertise", control()),
                Stream.of(more))
            .flatMap(w -> w)
            .toArray());
  }

  private CommandRun admin(Object... words) {
    return CommandRun.of(
        Stream.concat(Arrays.stream(words), Stream.of("--config", files.file())).toArray());
  }

  private CommandRun asAnn(Object... words) {
    return CommandRun.of(
        Stream.concat(
                Arrays.stream(words), Stream.of("--control", control(), "--identity", state("ann")))
            .toArray());
  }

  /** The printed line, at a node. */
  private CommandRun join(CommandRun made, String at) {
    return CommandRun.of(
        Stream.concat(
                Arrays.stream(made.out().strip().split(" ")).skip(1),
                Stream.of("--state-dir", state(at)))
            .toArray());
  }

  private Path state(String at) {
    return folder.resolve("state-" + at);
  }

  private String control() {
    return said.stream()
        .filter(line -> line.startsWith("listening control "))
        .findFirst()
        .orElseThrow()
        .substring("listening control ".length());
  }
}
