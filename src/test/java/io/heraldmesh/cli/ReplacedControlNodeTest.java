package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.Await;
import io.heraldmesh.PostgresServer;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService.IssueRequest;
import io.heraldmesh.bus.CaService.Subject;
import io.heraldmesh.cluster.TestMembers;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.EcKeys;
import io.heraldmesh.node.Node;
import io.heraldmesh.node.NodeDatabaseTest;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.node.StartFailure;
import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.AuthorityCertificate.Kind;
import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.PostgresStore;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Control nodes whose machines are gone, with all that was on them. Each has an intermediate of its
 * own under a root that is on none of them.
 */
@Timeout(300)
class ReplacedControlNodeTest {
  private static final Crypto CRYPTO = Crypto.preferred();

  @TempDir Path folder;
  private final PostgresServer server = PostgresServer.shared();
  private final String schema = server.settings().schema();
  private final Map<String, Node> running = new HashMap<>();
  private final Map<String, Integer> ports =
      Map.of("c1", TestMembers.freePort(), "c2", TestMembers.freePort());
  private Path passphrase;
  private Path root;

  @BeforeEach
  void twoControlNodes() throws IOException {
    passphrase = folder.resolve("passphrase");
    Files.writeString(passphrase, "a long enough passphrase\n");
    Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));
    root = folder.resolve("root.p8");
    well(
        "ca",
        "init",
        "--root-out",
        root,
        "--trust-domain",
        "mesh.test",
        "--passphrase-file",
        passphrase);
    install("c1");
    install("c2");
  }

  @AfterEach
  void stop() {
    running.values().forEach(Node::stop);
  }

  @Test
  void eachIsReplacedInTurnAndNoneOfTheFirstIsLeft() throws IOException {
    Path state = folder.resolve("state-n1");
    join("n1", "c2", state);
    Set<String> signers = new HashSet<>();
    try (AttachedNode n1 = AttachedNode.attach(state, address("c1"), address("c2"))) {
      signers.add(signer(n1));
      // c1 leads: it was there first. After it, c2 does.
      for (String lost : List.of("c1", "c2")) {
        String left = lost.equals("c1") ? "c2" : "c1";
        destroy(lost);

        Await.until("the node is at the other", () -> n1.link().status().attached());
        signers.add(signer(n1));
        changeIsDistributedBy(left, "while " + lost + " is gone");
        join("n-" + lost, left, folder.resolve("state-n-" + lost));

        install(lost);
        changeIsDistributedBy(lost, "when " + lost + " is new");
      }
      Await.until("attached", () -> n1.link().status().attached());
      signers.add(signer(n1));
    }
    assertThat(signers).as("intermediates that signed for the node").hasSizeGreaterThan(1);
  }

  @Test
  void whoHasJustJoinedAtOneControlNodeIsKnownAtTheOther() throws IOException {
    for (int i = 0; i < 5; i++) {
      Path state = folder.resolve("state-new-" + i);
      join("new-" + i, "c1", state);
      try (AttachedNode node = AttachedNode.attach(state, address("c2"))) {
        assertThat(Await.result(node.ca().issue(request())).chain()).isNotEmpty();
      }
    }
  }

  @Test
  void aWithdrawnRootLetsNoControlNodeStart() throws IOException {
    Path next = anotherRoot();
    String old =
        well("ca", "show", "--root", root, "-o", "json")
            .answers()
            .getFirst()
            .get("certificates")
            .get(0)
            .get("fingerprint")
            .asText();
    both("rotate", "add", "--root", next);
    both("sign", "--root", next, "--passphrase-file", passphrase);
    both("rotate", "drop", "--fingerprint", old);

    destroy("c2");
    assertThatThrownBy(() -> install("c2"))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("sign under root");
    assertThat(roots()).containsExactlyInAnyOrder(Phase.DROPPED, Phase.ACTIVE);
  }

  @Test
  void aRootThatOnlyOthersWereGivenYetIsNoWithdrawnOne() {
    change("c1", "rotate", "add", "--root", anotherRoot());
    Objects.requireNonNull(running.remove("c2")).stop();
    start("c2");
    assertThat(roots()).containsExactly(Phase.ACTIVE, Phase.ACTIVE);
  }

  private Path anotherRoot() {
    Path next = folder.resolve("next.p8");
    well(
        "ca",
        "init",
        "--root-out",
        next,
        "--trust-domain",
        "mesh.test",
        "--passphrase-file",
        passphrase);
    return next;
  }

  private void both(Object... words) {
    change("c1", words);
    change("c2", words);
  }

  /** By {@code herald ca}, while it is off: a control node that starts waits for nothing. */
  private void change(String name, Object... words) {
    Objects.requireNonNull(running.remove(name)).stop();
    well(
        Stream.of(
                Stream.of("ca"),
                Arrays.stream(words),
                Stream.of("--cacerts", folder.resolve(name).resolve("cacerts")))
            .flatMap(some -> some)
            .toArray());
    start(name);
  }

  /** What the database says of each. */
  private List<Phase> roots() {
    try (Store store = PostgresStore.open(server.settings(schema))) {
      return store.authority().certificates().stream()
          .filter(one -> one.kind() == Kind.ROOT)
          .map(AuthorityCertificate::phase)
          .toList();
    }
  }

  /** From nothing: a new intermediate, the same node file. */
  private void install(String name) throws IOException {
    Path home = folder.resolve(name);
    Files.createDirectories(home);
    well(
        "ca",
        "sign",
        "--root",
        root,
        "--passphrase-file",
        passphrase,
        "--out",
        home.resolve("cacerts"));
    Files.writeString(
        file(name),
        """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: %s}
        spec:
          roles: [ca, config, admin]
          trustDomain: mesh.test
          stateDir: state
          authority: {cacerts: cacerts}
          admin: {listen: 127.0.0.1:0}
          control: {listen: "%s"}
          health: {listen: 127.0.0.1:0}
          metrics: {listen: 127.0.0.1:0}
        """
                .formatted(name, address(name))
            + NodeDatabaseTest.postgres(folder, server, schema));
    start(name);
  }

  private void start(String name) {
    running.put(name, Node.start(Objects.requireNonNull(NodeFileReader.read(file(name)).config())));
  }

  private void destroy(String name) throws IOException {
    Objects.requireNonNull(running.remove(name)).stop();
    Files.walkFileTree(
        folder.resolve(name),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private void join(String node, String control, Path state) {
    CommandRun made =
        well(
            "token",
            "create",
            "--node",
            node,
            "--workload",
            "shop/web",
            "--advertise",
            address(control),
            "--config",
            file(control));
    well(
        Stream.concat(
                Arrays.stream(made.out().strip().split(" ")).skip(1),
                Stream.of("--state-dir", state))
            .toArray());
  }

  private void changeIsDistributedBy(String control, String path) throws IOException {
    Path yaml = folder.resolve("access.yaml");
    Files.writeString(
        yaml,
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: web, namespace: shop}
        spec: {rules: [{to: [{operation: {paths: ["/%s"]}}]}]}
        """
            .formatted(path.replace(' ', '-')));
    CommandRun applied = well("apply", "-f", yaml, "-o", "json", "--config", file(control));
    long revision = number(applied.answers().getFirst().get("revision").asText());
    Await.until(
        path + ", a change is distributed",
        () ->
            number(
                    CommandRun.of("status", "-o", "json", "--config", file(control))
                        .answers()
                        .getFirst()
                        .get("distributed")
                        .asText())
                >= revision);
  }

  /** The intermediate under which the node gets a certificate now. */
  private static String signer(AttachedNode node) {
    List<String> signers = new ArrayList<>();
    Await.until(
        "a certificate",
        () -> {
          String signer =
              Await.result(
                  node.ca()
                      .issue(request())
                      .map(issued -> issued.chain().get(1).toString())
                      .otherwise(""));
          return !signer.isEmpty() && signers.add(signer);
        });
    return signers.getFirst();
  }

  private static IssueRequest request() {
    return new IssueRequest(
        ByteString.of(Csr.create(EcKeys.generate(CRYPTO), CRYPTO)), new Subject.Caller(), null);
  }

  private static long number(String revision) {
    return Long.parseLong(revision.substring(revision.indexOf('.') + 1));
  }

  private static CommandRun well(Object... words) {
    CommandRun run = CommandRun.of(words);
    assertThat(run.code()).as(() -> Arrays.toString(words) + ": " + run.err()).isZero();
    return run;
  }

  private Path file(String name) {
    return folder.resolve(name).resolve("node.yaml");
  }

  private String address(String name) {
    return "127.0.0.1:" + ports.get(name);
  }
}
