package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.SocketHolder;
import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.node.App;
import io.heraldmesh.node.NodeFolder;
import io.heraldmesh.node.WebAndCaller;
import io.heraldmesh.proxy.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node whose sockets the service manager keeps: one process after the other serves them, and
 * nobody is refused meanwhile.
 */
@Timeout(240)
@EnabledOnOs(OS.LINUX)
class ReplacedNodeTest {
  private static final int CALLERS = 6;

  /** Milliseconds that a caller waits: a process starts within them on a busy machine, too. */
  private static final int PATIENT = 60_000;

  @TempDir Path folder;
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicBoolean end = new AtomicBoolean();
  private final List<Thread> callers = new ArrayList<>();
  private App app;
  private NodeFolder files;

  @BeforeEach
  void files() throws IOException {
    app = App.httpbin();
    files = new NodeFolder(folder);
    node("fd:web", "fd:out");
    TestAuthority authority = new TestAuthority("root");
    for (String workload : List.of("web", "caller")) {
      WebAndCaller.certificates(folder, workload, authority);
    }
    files.write("peers.yaml", NodeFolder.PERMISSIVE.replace("PERMISSIVE", "STRICT"));
    files.write("web.yaml", WebAndCaller.SERVICE);
  }

  private void node(String inbound, String outbound) throws IOException {
    files.node("  roles: [proxy]\n" + WebAndCaller.workloads(app.port(), inbound, outbound));
    // of two processes beside each other, each needs a folder of its own
    Files.writeString(
        beside(), Files.readString(files.file()).replace("stateDir: state", "stateDir: beside"));
  }

  private Path beside() {
    return folder.resolve("beside.yaml");
  }

  private SocketHolder.Started start(SocketHolder holder) throws IOException {
    return holder.start(files.file().toString());
  }

  private SocketHolder holder(String... names) throws IOException {
    return new SocketHolder(
        folder,
        List.of(names),
        HeraldProcess.command(
            Main.class, List.of("-Xmx200m", "-XX:TieredStopAtLevel=1"), "run", "--config"));
  }

  @AfterEach
  void close() throws Exception {
    stopCallers();
    app.close();
  }

  @Test
  void nobodyIsRefusedWhileOneProcessFollowsAnother() throws Exception {
    try (SocketHolder holder = holder("web", "out")) {
      SocketHolder.Started running = start(holder).awaitReady();
      assertThat(running.said())
          .contains("listening inbound:a/web:8080 127.0.0.1:" + holder.port("web"))
          .contains("listening outbound:a/caller 127.0.0.1:" + holder.port("out"));
      call(holder.port("out"));
      answers(200);

      // as systemctl restart: the next starts when the one before has ended
      running.stop();
      running = start(holder).awaitReady();
      answers(200);

      // as an upgrade with both beside each other
      SocketHolder.Started next = holder.start(beside().toString()).awaitReady();
      answers(200);
      running.stop();
      answers(200);
      assertThat(next.isRunning()).isTrue();
    }
    stopCallers();
    assertThat(failures).isEmpty();
    assertThat(answered.get()).isGreaterThan(800);
  }

  @Test
  void whoWasAcceptedBeforeTheEndHasItsFirstAnswer() throws Exception {
    try (SocketHolder holder = holder("web", "out")) {
      SocketHolder.Started running = start(holder).awaitReady();
      try (WireClient fresh = new WireClient(holder.port("out"), PATIENT);
          WireClient kept = new WireClient(holder.port("out"), PATIENT)) {
        assertThat(goesOn(kept)).as("accepted after the other").isTrue();
        running.term();
        Await.until("the end begins", () -> !goesOn(kept));
        // by a connection of its own between the proxies, since those of before have ended
        assertThat(fresh.send("GET", "web.a", "/first", List.of()).status()).isEqualTo(200);
      }
    }
  }

  private static boolean goesOn(WireClient kept) {
    try {
      WireClient.Answer answer = kept.send("GET", "web.a", "/it", List.of());
      return answer.status() == 200 && !closes(answer);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean closes(WireClient.Answer answer) {
    return answer.headers().stream().anyMatch(h -> h.equalsIgnoreCase("connection: close"));
  }

  @Test
  void whoConnectsBeforeThereIsAProcessWaitsForIt() throws Exception {
    try (SocketHolder holder = holder("web", "out");
        WireClient early = new WireClient(holder.port("out"), PATIENT)) {
      SocketHolder.Started starting = start(holder);
      assertThat(early.send("GET", "web.a", "/early", List.of()).status()).isEqualTo(200);
      starting.awaitReady();
    }
  }

  @Test
  void aSocketThatWasNotPassedIsAnErrorOfTheNodeFile() throws Exception {
    try (SocketHolder holder = holder("web", "other")) {
      SocketHolder.Started started = start(holder);
      Await.until("ended", () -> !started.isRunning());
      assertThat(started.said())
          .contains("no socket \"out\": passed were [other, web]")
          .contains("node.yaml:");
    }
  }

  @Test
  void oneSocketForTwoListenersIsAnErrorOfTheNodeFile() throws Exception {
    node("fd:web", "fd:web");
    try (SocketHolder holder = holder("web")) {
      SocketHolder.Started started = start(holder);
      Await.until("ended", () -> !started.isRunning());
      assertThat(started.said()).contains("stands for two listeners");
    }
  }

  private void answers(long more) {
    long wanted = answered.get() + more;
    Await.until(
        Duration.ofSeconds(90), "answers", () -> answered.get() >= wanted || !failures.isEmpty());
    assertThat(failures).as(logs()).isEmpty();
  }

  private String logs() {
    try (Stream<Path> all = Files.list(folder)) {
      StringBuilder text = new StringBuilder();
      for (Path file : all.filter(f -> f.toString().endsWith(".err")).sorted().toList()) {
        text.append(file).append('\n');
        Files.readAllLines(file).stream()
            .filter(line -> !line.contains("start_time"))
            .forEach(line -> text.append(line).append('\n'));
      }
      return text.toString();
    } catch (IOException e) {
      return e.toString();
    }
  }

  private void call(int port) {
    for (int i = 0; i < CALLERS; i++) {
      callers.add(Thread.ofVirtual().start(() -> keepCalling(port)));
    }
  }

  private void stopCallers() throws InterruptedException {
    end.set(true);
    for (Thread caller : callers) {
      caller.join();
    }
  }

  /**
   * As clients do: a kept connection that closed before any answer is opened anew, a fresh one that
   * did is a failure (RFC 9112 §9.3.1).
   */
  private void keepCalling(int port) {
    while (!end.get()) {
      try (WireClient client = new WireClient(port, PATIENT)) {
        for (boolean fresh = true; !end.get(); fresh = false) {
          WireClient.Answer answer = client.send("GET", "web.a", "/it", List.of());
          if (answer.status() == 0 && !fresh) {
            break;
          }
          if (answer.status() != 200) {
            failures.add(answer.toString());
            return;
          }
          answered.incrementAndGet();
          if (closes(answer)) {
            break;
          }
        }
      } catch (IOException e) {
        failures.add(e + " " + Instant.now());
        return;
      }
    }
  }
}
