package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.Await;
import io.heraldmesh.OtherUser;
import io.heraldmesh.bus.AdminAudit.AuditRequest;
import io.heraldmesh.bus.AdminResources.ApplyRequest;
import io.heraldmesh.bus.AdminResources.File;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.node.Node;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.node.NodeFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code herald apply, get, delete, status, certs} against a node that runs, as operators do. */
@Timeout(180)
class AdminCommandsTest {
  private static final List<String> PARTS =
      List.of(
          "spiffe://cluster.local/ns/a/sa/web",
          "spiffe://cluster.local/herald/node/node-1",
          "spiffe://cluster.local/herald/ca/node-1",
          "spiffe://cluster.local/herald/config/node-1",
          "spiffe://cluster.local/herald/admin/node-1");
  private static final String ACCESS =
      """
      # who may call the web
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata: {name: web, namespace: a}
      spec:
        selector: {matchLabels: {app: web}}
        rules: [{to: [{operation: {methods: [GET]}}]}]
      """;

  @TempDir Path folder;
  private NodeFolder files;
  private Node node;

  @BeforeEach
  void aNode() throws IOException {
    files = new NodeFolder(folder.resolve("n")).serving(1);
    node = Node.start(Objects.requireNonNull(NodeFileReader.read(files.file()).config()));
  }

  @AfterEach
  void stop() {
    node.stop();
  }

  @Test
  void whatIsAppliedIsInForceShownAndKept() throws IOException {
    CommandRun applied = herald("apply", "-f", yaml("web.yaml", ACCESS), "--wait");
    assertThat(applied.code()).as(applied.err()).isZero();
    assertThat(applied.out())
        .contains("AuthorizationPolicy a/web created", "in force on 1 of 1 nodes");

    assertThat(herald("get", "authorizationpolicies", "a/web", "-o", "yaml").out())
        .isEqualTo(ACCESS);
    CommandRun all = herald("get");
    assertThat(all.out()).contains("AuthorizationPolicy", "PeerAuthentication", "peers.yaml:");
    JsonNode json = herald("get", "-o", "json").answers().getFirst();
    assertThat(json.at("/items/0/resource/spec/rules/0/to/0/operation/methods/0").asText())
        .isEqualTo("GET");

    node.stop();
    node = Node.start(Objects.requireNonNull(NodeFileReader.read(files.file()).config()));
    assertThat(herald("get", "AuthorizationPolicy", "a/web", "-o", "yaml").out())
        .as("after a restart")
        .isEqualTo(ACCESS);
    assertThat(herald("status").code()).isZero();
  }

  @Test
  void aMistakeIsToldWithFileAndLineAndChangesNothing() throws IOException {
    String wrong = yaml("wrong.yaml", ACCESS.replace("methods:", "method:"));
    CommandRun refused = herald("apply", "-f", wrong);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains(wrong + ":7:30: error HLD0101", "nothing was changed");
    assertThat(herald("get", "authorizationpolicy", "a/web").code()).isEqualTo(1);

    JsonNode json = herald("apply", "-f", wrong, "-o", "json").answers().getFirst();
    assertThat(json.get("result").asText()).isEqualTo("refused");
    assertThat(json.at("/problems/0/line").asInt()).isEqualTo(7);
  }

  @Test
  void aDryRunChangesNothing() throws IOException {
    CommandRun dry = herald("apply", "-f", yaml("web.yaml", ACCESS), "--dry-run");
    assertThat(dry.code()).isZero();
    assertThat(dry.out()).contains("a/web created (dry run)");
    assertThat(herald("get", "authorizationpolicy", "a/web").code()).isEqualTo(1);
  }

  @Test
  void aVersionIsComparedBeforeItIsSet() throws IOException {
    String file = yaml("web.yaml", ACCESS);
    assertThat(herald("apply", "-f", file, "--if-version", "none").code()).isZero();
    CommandRun late = herald("apply", "-f", file, "--if-version", "none");
    assertThat(late.code()).isEqualTo(1);
    assertThat(late.err()).contains("AuthorizationPolicy a/web is at ", "nothing was changed");
    String version =
        herald("get", "authorizationpolicy", "a/web", "-o", "json")
            .answers()
            .getFirst()
            .get("version")
            .asText();
    yaml("web.yaml", ACCESS.replace("GET", "POST"));
    assertThat(herald("apply", "-f", file, "--if-version", version).code()).isZero();
    assertThat(herald("get", "authorizationpolicy", "a/web", "--history").out().lines()).hasSize(2);
  }

  @Test
  void whatIsDeletedIsGoneAndWhatStandsInTheFolderStays() throws IOException {
    herald("apply", "-f", yaml("web.yaml", ACCESS));
    assertThat(herald("delete", "authorizationpolicy", "a/web", "--wait").out())
        .contains("a/web deleted", "in force on 1 of 1 nodes");
    assertThat(herald("delete", "authorizationpolicy", "a/web").code()).isEqualTo(1);

    CommandRun folderOnly = herald("delete", "peerauthentication", "istio-system/default");
    assertThat(folderOnly.code()).isEqualTo(1);
    assertThat(folderOnly.err()).contains("peers.yaml:3:", "delete it there");
  }

  @Test
  void aFileWithSomethingThatCannotBeReadDeletesNothing() throws IOException {
    herald("apply", "-f", yaml("web.yaml", ACCESS));
    String both =
        yaml(
            "both.yaml",
            ACCESS + "---\n" + ACCESS.replace("web", "more").replace("rules:", "rule:"));

    CommandRun refused = herald("delete", "-f", both);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .contains(both + ":15:3: error HLD0101", "refused, nothing was changed");
    JsonNode json = herald("delete", "-f", both, "-o", "json").answers().getFirst();
    assertThat(json.get("result").asText()).isEqualTo("refused");
    assertThat(json.at("/problems/0/line").asInt()).isEqualTo(15);
    assertThat(herald("get", "authorizationpolicy", "a/web").code()).isZero();

    CommandRun deleted = herald("delete", "-f", folder.resolve("web.yaml").toString());
    assertThat(deleted.code()).as(deleted.err()).isZero();
    assertThat(herald("get", "authorizationpolicy", "a/web").code()).isEqualTo(1);
  }

  @Test
  void theWholeHistoryAndTheAuditLogAreShown() {
    try (LocalAdmin admin = LocalAdmin.at(files.state())) {
      for (int i = 0; i < 51; i++) {
        File file = new File("web.yaml", "# " + i + "\n" + ACCESS);
        admin.apply(new ApplyRequest(List.of(file), List.of(), false));
      }
    }
    assertThat(herald("get", "authorizationpolicy", "a/web", "--history").out().lines())
        .hasSize(51);

    CommandRun newest = herald("audit", "--most", "1");
    assertThat(newest.out()).contains("WHO", "local user ", "resources.apply", "done");
    assertThat(newest.err()).contains("there are older rows: --before 51");
    JsonNode older = herald("audit", "--before", "51", "-o", "json").answers().getFirst();
    assertThat(older.get("entries")).hasSize(50);
    assertThat(older.at("/entries/49/number").asInt()).isEqualTo(1);
    assertThat(older.get("next").asInt()).isZero();
    assertThat(herald("audit", "--most", "0").code()).isEqualTo(2);
  }

  @Test
  void aFolderThatLaterHoldsTheSameChangesNothingAndIsTold() throws IOException {
    herald("apply", "-f", yaml("web.yaml", ACCESS), "--wait");
    files.write("web.yaml", ACCESS.replace("GET", "POST"));
    Await.until("told", () -> herald("status").out().contains("is there already, at store:"));
    CommandRun more =
        herald(
            "apply",
            "--timeout",
            "1s",
            "--wait",
            "-f",
            yaml("more.yaml", ACCESS.replace("web", "b")));
    assertThat(more.code()).as("accepted, but not distributed").isEqualTo(1);
    assertThat(more.err()).contains("not distributed: ", "web.yaml:4:");

    herald("delete", "authorizationpolicy", "a/web");
    Await.until("in force again", () -> herald("status").code() == 0);
  }

  @Test
  void aChangeOfTheFolderThatIsRefusedIsNotDistributed() throws IOException {
    files.write("web.yaml", ACCESS.replace("methods:", "method:"));
    Await.until("told", () -> herald("status").out().contains("web.yaml:7:30: error HLD0101"));
    CommandRun status = herald("status");
    assertThat(status.code()).isEqualTo(1);
    assertThat(status.out())
        .contains(
            "in force on 1 of 1 nodes",
            "resources     the newest change is not distributed, see the problems",
            "problem       the last good resources stay in force: ");
    assertThat(herald("status", "-o", "json").answers().getFirst().get("inForce").asBoolean())
        .isFalse();

    files.write("web.yaml", ACCESS);
    Await.until("in force", () -> herald("status").code() == 0);
  }

  @Test
  void statusAndCertificatesSayWhatBreaksNext() {
    CommandRun status = herald("status");
    assertThat(status.code()).as(status.out() + status.err()).isZero();
    assertThat(status.out()).contains("in force on 1 of 1 nodes", "ends next     20");
    JsonNode json = herald("status", "-o", "json").answers().getFirst();
    assertThat(json.get("inForce").asBoolean()).isTrue();
    assertThat(json.at("/expiring/0/notAfter").asText()).endsWith("Z");

    assertThat(json.get("keySets").size()).isZero();

    // The control part and the proxies of a node each say what they use.
    Await.until("all is said", () -> inUse().containsAll(PARTS));
    Await.until("all is well", () -> herald("certs").code() == 0);
    List<JsonNode> certificates = certificates("certs", "-o", "json");
    assertThat(certificates)
        .isSortedAccordingTo(java.util.Comparator.comparing(c -> c.get("notAfter").asText()));
    assertThat(certificates)
        .allSatisfy(
            c -> {
              assertThat(c.get("node").asText()).isEqualTo("node-1");
              assertThat(c.get("root").asText()).startsWith("sha256:");
              assertThat(c.get("trust").asText()).isEqualTo("current");
              assertThat(c.get("reported").asText()).endsWith("Z");
              assertThat(c.get("secondsLeft").asLong()).isPositive();
            });
    assertThat(certificates.getLast().get("identity").asText()).startsWith("authority ");
    assertThat(certificates.getFirst().get("renews").asText())
        .isLessThan(certificates.getFirst().get("notAfter").asText());
    assertThat(herald("certs").out()).contains("LEFT", "23h", "RENEWS", "ROOT");

    assertThat(certificates("certs", "--issued", "-o", "json"))
        .extracting(c -> c.get("identity").asText())
        .contains("spiffe://cluster.local/ns/a/sa/web", "spiffe://cluster.local/herald/ca/node-1");
  }

  @Test
  void ofANodeThatNobodyKnowsThatIsSaid() {
    Await.until("all is well", () -> herald("certs").code() == 0);
    assertThat(herald("certs", "--node", "node-1").code()).isZero();
    for (String of : List.of("node-", "node-2", "x")) {
      CommandRun unknown = herald("certs", "--node", of);
      assertThat(unknown.code()).as(of).isEqualTo(1);
      assertThat(unknown.err()).contains("herald: nothing is known of node " + of);
      assertThat(unknown.out()).isEmpty();
      assertThat(herald("certs", "--issued", "--node", of).code()).isEqualTo(1);
      CommandRun json = herald("certs", "--node", of, "-o", "json");
      assertThat(json.code()).isEqualTo(1);
      assertThat(json.answers().getFirst().get("certificates")).isEmpty();
    }
  }

  private List<String> inUse() {
    return certificates("certs", "-o", "json").stream()
        .map(c -> c.get("identity").asText())
        .toList();
  }

  private List<JsonNode> certificates(String... words) {
    JsonNode list = herald(words).answers().getFirst().get("certificates");
    return Stream.iterate(0, i -> i + 1).limit(list.size()).map(list::get).toList();
  }

  @Test
  void aKindThatThereIsNotIsToldWithThoseThatThereAre() {
    for (String[] words :
        new String[][] {
          {"get", "Bogus"},
          {"get", "Bogus", "a/web"},
          {"get", "security.istio.io/Bogus"},
          {"get", "VirtualService"}
        }) {
      CommandRun run = herald(words);
      assertThat(run.code()).as(String.join(" ", words)).isEqualTo(2);
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .contains(words[1], "AuthorizationPolicy", "ServiceEntry", "Deployment", "PolicyTest");
    }
    for (String kind :
        List.of("services", "SERVICE", "MeshPolicies", "security.istio.io/PeerAuthentication")) {
      assertThat(herald("get", kind).code()).as(kind).isZero();
    }
  }

  @Test
  void aTokenIsNotMadeWhereNoNodeCanJoin() {
    CommandRun made = herald("token", "create", "--node", "n7");
    assertThat(made.code()).isEqualTo(2);
    assertThat(made.out()).isEmpty();
    assertThat(made.err()).contains("this control node has no spec.control.listen");
    assertThat(herald("token", "list").out()).doesNotContain("n7");

    CommandRun elsewhere = herald("token", "create", "--node", "n7", "--advertise", "c2.example");
    assertThat(elsewhere.code()).as(elsewhere.err()).isZero();
    assertThat(elsewhere.out()).startsWith("herald join --control c2.example:15012 --name n7");
  }

  @Test
  void exitCodesSayWhatIsWrong() throws IOException {
    assertThat(herald("apply", "-f", folder.resolve("none.yaml").toString()).code()).isEqualTo(2);
    assertThat(herald("apply").code()).isEqualTo(2);
    assertThat(herald("delete").code()).isEqualTo(2);
    assertThat(herald("apply", "-f", "x", "--timeout", "soon").code()).isEqualTo(2);
    CommandRun nobody =
        CommandRun.of("status", "--socket", folder.resolve("nobody.sock").toString());
    assertThat(nobody.code()).isEqualTo(3);
    assertThat(nobody.err()).contains("cannot reach a control node");
  }

  @Test
  void theSocketIsForTheNodesUserOnly() throws Exception {
    Path socket = files.state().resolve("admin.sock");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    OtherUser.assumeThere();
    // Also whoever gets past the permissions of the file is not heard.
    Path open = folder;
    for (Path p = open; p != null && !p.equals(p.getRoot()); p = p.getParent()) {
      if (p.startsWith(Path.of(System.getProperty("java.io.tmpdir")))
          && !p.equals(Path.of(System.getProperty("java.io.tmpdir")))) {
        Files.setPosixFilePermissions(p, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    Files.setPosixFilePermissions(
        files.state().getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(files.state(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(asOther(socket)).isEqualTo("connected, heard nothing");
    LocalExchange own = LocalExchange.connect(socket);
    try {
      assertThat(Await.result(AdminService.over(own).audit(new AuditRequest(0, 10))).entries())
          .first()
          .satisfies(
              row -> {
                assertThat(row.actor()).startsWith("local user ").contains(" on ");
                assertThat(row.outcome()).isEqualTo("refused");
                assertThat(row.detail()).isEqualTo("not a user that admin.sock hears");
              });
    } finally {
      own.close();
    }
  }

  /** Connects as nobody and asks for the status. */
  private static String asOther(Path socket) throws Exception {
    String perl =
        """
        use IO::Socket::UNIX;
        my $s = IO::Socket::UNIX->new(Type => SOCK_STREAM(), Peer => '%s') or die "no: $!";
        $SIG{PIPE} = 'IGNORE';
        $SIG{ALRM} = sub { print 'connected, heard no end'; exit };
        alarm 20;
        my $m = "admin.status\\n{}";
        syswrite $s, pack('N', length $m) . $m;
        my $got = '';
        sysread $s, $got, 100;
        print 'connected, heard ' . (length $got ? $got : 'nothing');
        """
            .formatted(socket);
    Process process =
        new ProcessBuilder(
                "/usr/bin/setpriv",
                "--reuid=" + OtherUser.UID,
                "--regid=" + OtherUser.UID,
                "--clear-groups",
                "/usr/bin/perl",
                "-e",
                perl)
            .redirectErrorStream(true)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  private String yaml(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    return file.toString();
  }

  private CommandRun herald(String... arguments) {
    return CommandRun.of(
        Stream.concat(Stream.of(arguments), Stream.of("--config", files.file().toString()))
            .toArray());
  }
}
