package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.node.App;
import io.heraldmesh.node.NodeFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code herald run} as operators meet it: a process with output, signals and an exit code. */
class RunProcessTest {
  @TempDir Path folder;

  @Test
  void aRequestInFlightIsAnsweredOnTermAndTheNodeEndsWithZero() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch mayAnswer = new CountDownLatch(1);
    try (App app = slow(arrived, mayAnswer);
        HeraldProcess herald = run(new NodeFolder(folder).serving(app.port())).awaitReady()) {
      assertThat(herald.lines())
          .allMatch(line -> line.matches("listening \\S+ 127\\.0\\.0\\.1:[1-9]\\d*|ready"))
          .endsWith("ready")
          .doesNotHaveDuplicates()
          .hasSize(6);
      int health = herald.port("health");
      assertThat(get(health, "/healthz/ready").status()).isEqualTo(200);
      assertThat(get(herald.port("metrics"), "/metrics").body())
          .containsPattern("(?m)^herald_crypto_info\\{crypto=\"(accp|jdk)\"} 1");

      int port = herald.port("inbound:a/web:8080");
      CompletableFuture<WireClient.Answer> inFlight =
          CompletableFuture.supplyAsync(() -> unchecked(port, "/slow"));
      assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
      herald.term();
      Await.until("new connections are refused", () -> refused(port));
      assertThat(get(health, "/healthz/ready").status()).isEqualTo(503);
      assertThat(get(health, "/healthz/ready").body()).contains("node: stopping");
      assertThat(inFlight).isNotDone();
      mayAnswer.countDown();
      assertThat(inFlight.get(5, TimeUnit.SECONDS).status()).isEqualTo(200);
      assertThat(herald.exitCode()).isZero();
      assertThat(herald.errors())
          .containsPattern("node started name=node-1 .*crypto=(accp|jdk) tls=(boringssl|jdk)")
          .contains("node stopped")
          .doesNotContain("\"ERROR\"");
      assertNothingSecretIn(herald.errors() + herald.lines());
    } finally {
      mayAnswer.countDown();
    }
  }

  @Test
  void aRequestThatNeverEndsHoldsTheEndUpForNoMoreThanTheDrainTime() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    try (App app = slow(arrived, never);
        HeraldProcess herald = run(new NodeFolder(folder).serving(app.port())).awaitReady()) {
      int port = herald.port("inbound:a/web:8080");
      CompletableFuture<WireClient.Answer> inFlight =
          CompletableFuture.supplyAsync(() -> unchecked(port, "/slow"));
      assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
      herald.term();
      assertThat(herald.exitCode()).isZero();
      assertThat(inFlight.get(5, TimeUnit.SECONDS).status()).isIn(0, 502, 503);
    } finally {
      never.countDown();
    }
  }

  @Test
  void hupOpensTheAccessLogAgainAndNamesWhatOnlyARestartChanges() throws Exception {
    Path log = folder.resolve("access.log");
    try (App app = App.httpbin()) {
      NodeFolder node = new NodeFolder(folder).serving(app.port());
      Files.writeString(
          node.file(),
          "  accessLog: {format: text, file: access.log}\n",
          StandardOpenOption.APPEND);
      try (HeraldProcess herald = run(node).awaitReady()) {
        int port = herald.port("inbound:a/web:8080");
        assertThat(get(port, "/first").status()).isEqualTo(200);
        Await.until("the log is written", () -> contains(log, "GET /first HTTP/1.1"));
        Path rotated = Files.move(log, folder.resolve("access.log.1"));
        Files.writeString(node.file(), "  drain: 1s\n", StandardOpenOption.APPEND);
        herald.hup();
        Await.until("HUP was heard", () -> herald.said().contains("HUP: "));
        assertThat(herald.errors()).contains("restart the node to change [drain]");
        assertThat(get(port, "/second").status()).isEqualTo(200);
        Await.until("the log is there again", () -> contains(log, "GET /second HTTP/1.1"));
        assertThat(Files.readString(rotated)).doesNotContain("/second");
        assertThat(Files.getPosixFilePermissions(log))
            .containsExactlyInAnyOrder(
                PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        herald.term();
        assertThat(herald.exitCode()).isZero();
      }
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.exists(file) && Files.readString(file).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aRestartKeepsTheRootAndNeverRepeatsASerialNumber() throws Exception {
    NodeFolder node = new NodeFolder(folder).serving(9);
    List<String> first;
    byte[] authority;
    try (HeraldProcess herald = run(node).awaitReady()) {
      authority = Files.readAllBytes(node.state().resolve("authority.p12"));
      herald.term();
      assertThat(herald.exitCode()).isZero();
      first = issued(node);
    }
    try (HeraldProcess herald = run(node).awaitReady()) {
      herald.term();
      assertThat(herald.exitCode()).isZero();
      assertThat(herald.errors()).doesNotContain("authority made");
    }
    assertThat(node.state().resolve("authority.p12")).hasBinaryContent(authority);
    List<String> both = issued(node);
    assertThat(both).hasSize(2 * first.size());
    assertThat(both).containsAll(first).doesNotHaveDuplicates();
  }

  @Test
  void aNodeIsNotReadyUntilItsPolicyIsInForceAndAKeyServerThatHangsHoldsItUpForSeconds()
      throws Exception {
    try (ServerSocket hangs = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        App app = App.httpbin()) {
      NodeFolder node = new NodeFolder(folder).serving(app.port());
      node.write(
          "tokens.yaml",
          """
          apiVersion: security.istio.io/v1
          kind: RequestAuthentication
          metadata: {name: tokens, namespace: a}
          spec: {jwtRules: [{issuer: me, jwksUri: "https://127.0.0.1:%d/keys"}]}
          """
              .formatted(hangs.getLocalPort()));
      try (HeraldProcess herald = run(node)) {
        int port = herald.port("inbound:a/web:8080");
        WireClient.Answer health = get(herald.port("health"), "/healthz/ready");
        assertThat(health.status()).isEqualTo(503);
        assertThat(health.body()).contains("not ready", "node: starting");
        assertThat(get(port, "/").status()).isIn(0, 503);
        assertThat(app.record()).isEmpty();

        herald.awaitReady();
        assertThat(get(herald.port("health"), "/healthz/ready").status()).isEqualTo(200);
        // {"alg":"ES256"} . {"iss":"me","exp":4102444800} . any signature
        String token =
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJtZSIsImV4cCI6NDEwMjQ0NDgwMH0." + "A".repeat(86);
        assertThat(
                WireClient.once(port, "GET", "web", "/", List.of("Authorization: Bearer " + token))
                    .status())
            .isEqualTo(503);
        assertThat(app.record()).isEmpty();
        assertThat(get(port, "/").status()).isEqualTo(200);
        herald.term();
        assertThat(herald.exitCode()).isZero();
        assertThat(herald.errors()).contains("127.0.0.1:" + hangs.getLocalPort());
        assertThat(herald.errors()).doesNotContain(token);
      }
    }
  }

  @Test
  void aNodeThatIsStillStartingStopsAtOnceAndTheNextStartFindsEverythingWhole() throws Exception {
    NodeFolder node = new NodeFolder(folder).serving(9);
    try (HeraldProcess herald = run(node)) {
      var _ = herald.port("health");
      herald.term();
      assertThat(herald.exitCode()).isZero();
    }
    try (HeraldProcess herald = run(node).awaitReady()) {
      assertThat(herald.isRunning()).isTrue();
    }
  }

  @Test
  void wrongUsageEndsWith2AndSaysWhatIsRight() throws Exception {
    try (HeraldProcess herald =
        HeraldProcess.start(folder.resolve("err"), "run", "--config", "none.yaml")) {
      assertThat(herald.exitCode()).isEqualTo(2);
      assertThat(herald.lines()).isEmpty();
      assertThat(herald.errors()).startsWith("herald: cannot read none.yaml").hasLineCount(1);
    }
  }

  private HeraldProcess run(NodeFolder node) throws IOException {
    return HeraldProcess.start(
        Files.createTempFile(folder, "stderr", ""), "run", "--config", node.file().toString());
  }

  private void assertNothingSecretIn(String said) throws IOException {
    Path state = folder.resolve("state");
    for (String file : List.of("authority.passphrase", "operator.token")) {
      assertThat(said).doesNotContain(Files.readString(state.resolve(file)).strip());
    }
    assertThat(said).doesNotContain("PRIVATE KEY", "BEGIN");
  }

  private static App slow(CountDownLatch arrived, CountDownLatch mayAnswer) throws IOException {
    return new App(
        seen -> {
          arrived.countDown();
          try {
            return String.valueOf(mayAnswer.await(60, TimeUnit.SECONDS));
          } catch (InterruptedException e) {
            return "interrupted";
          }
        });
  }

  /** The serial numbers in the issuance log. */
  private static List<String> issued(NodeFolder node) throws SQLException {
    List<String> serials = new ArrayList<>();
    try (Connection log =
            DriverManager.getConnection("jdbc:sqlite:" + node.state().resolve("herald.db"));
        Statement sql = log.createStatement();
        ResultSet rows = sql.executeQuery("SELECT serial FROM issuance")) {
      while (rows.next()) {
        serials.add(rows.getString(1));
      }
    }
    return serials;
  }

  private static WireClient.Answer get(int port, String path) throws IOException {
    return WireClient.once(port, "GET", "web", path, List.of());
  }

  private static WireClient.Answer unchecked(int port, String path) {
    try {
      return get(port, path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean refused(int port) {
    try {
      new WireClient(port).close();
      return false;
    } catch (ConnectException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
