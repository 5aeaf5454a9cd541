package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.Await;
import io.heraldmesh.PostgresServer;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A control node that is there before its database. */
@Timeout(120)
class AwaitedDatabaseTest {
  /** Longer than anybody waits for a connection once the node runs. */
  private static final long SLOW_MILLIS = 6_000;

  private final HttpClient probe = HttpClient.newHttpClient();

  @TempDir Path folder;

  @AfterEach
  void close() {
    probe.close();
  }

  @Test
  void waitsForAServerThatIsStartedLaterAndSaysSoToProbes() throws Exception {
    try (PostgresServer server = PostgresServer.start()) {
      server.kill();
      NodeFolder node = node(server.host());
      int health = healthPort(node);
      CompletableFuture<Node> starting = CompletableFuture.supplyAsync(() -> start(node));
      // The fifth attempt begins 7.5 s after the first.
      Await.until("the node has tried for a while", () -> ready(health).contains("tried 5 times"));
      assertThat(starting).isNotDone();
      assertThat(ready(health))
          .startsWith("503 not ready\n")
          .contains("database: postgresql://" + server.host() + "/postgres: cannot be reached");
      server.startAgain();
      Node started = starting.get();
      try {
        assertThat(ready(health)).startsWith("200 ready\n").doesNotContain("database");
      } finally {
        started.stop();
      }
    }
  }

  @Test
  void waitsForAServerThatIsSlowToLetItIn() throws Exception {
    PostgresServer server = PostgresServer.shared();
    Vertx vertx = Vertx.vertx();
    try {
      long began = System.nanoTime();
      start(node("127.0.0.1:" + slow(vertx, server.host()))).stop();
      assertThat(Duration.ofNanos(System.nanoTime() - began).toMillis()).isGreaterThan(SLOW_MILLIS);
    } finally {
      Await.result(vertx.close());
    }
  }

  @Test
  void doesNotWaitWhereThePasswordIsWrong() throws Exception {
    NodeFolder node = node(PostgresServer.shared().host());
    Files.writeString(folder.resolve("password"), "another one\n");
    endsAtOnce(node, "passwordFile");
  }

  @Test
  void doesNotWaitForRootsThatAreNotThere() throws Exception {
    NodeFolder node = node(PostgresServer.shared().host());
    String file = Files.readString(node.file());
    String roots = file.replace("tls: {disabled: true}", "tls: {roots: nowhere.pem}");
    assertThat(roots).isNotEqualTo(file);
    Files.writeString(node.file(), roots);
    endsAtOnce(node, "nowhere.pem: spec.database.postgres.tls.roots: there is no such file");
  }

  @Test
  void doesNotWaitForADatabaseThatNobodyMade() throws Exception {
    NodeFolder node = node(PostgresServer.shared().host());
    Files.writeString(
        node.file(), Files.readString(node.file()).replace("/postgres\"", "/nowhere\""));
    endsAtOnce(node, "no such database");
  }

  private static void endsAtOnce(NodeFolder node, String why) {
    assertThatExceptionOfType(StartFailure.class)
        .isThrownBy(() -> start(node).stop())
        .withMessageContaining(why)
        .satisfies(e -> assertThat(e).hasMessageNotContaining("tried"));
  }

  /** A way to the server on which each connection carries nothing for a while. */
  private static int slow(Vertx vertx, String to) {
    NetClient client = vertx.createNetClient();
    int colon = to.indexOf(':');
    NetServer between =
        vertx
            .createNetServer()
            .connectHandler(
                in -> {
                  in.pause();
                  client
                      .connect(Integer.parseInt(to.substring(colon + 1)), to.substring(0, colon))
                      .onFailure(e -> in.close())
                      .onSuccess(
                          out -> {
                            out.handler(in::write).closeHandler(v -> in.close());
                            in.handler(out::write).closeHandler(v -> out.close());
                            vertx.setTimer(SLOW_MILLIS, due -> in.resume());
                          });
                });
    return Await.result(between.listen(0, "127.0.0.1")).actualPort();
  }

  private NodeFolder node(String database) throws IOException {
    PostgresServer server = PostgresServer.shared();
    String lines = NodeDatabaseTest.postgres(folder, server, server.settings().schema());
    return new NodeFolder(folder.resolve("node")).node(lines.replace(server.host(), database));
  }

  private static int healthPort(NodeFolder node) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Files.writeString(
        node.file(),
        Files.readString(node.file())
            .replace("health: {listen: 127.0.0.1:0}", "health: {listen: 127.0.0.1:" + port + "}"));
    return port;
  }

  /** The code and the text; nothing while nobody listens. */
  private String ready(int port) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/healthz/ready")).build();
    try {
      HttpResponse<String> answer = probe.send(request, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Node start(NodeFolder folder) {
    NodeFileReader.Result read = NodeFileReader.read(folder.file());
    assertThat(read.problems().text()).doesNotContain("error");
    return Node.start(Objects.requireNonNull(read.config()));
  }
}
