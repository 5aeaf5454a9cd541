package io.heraldmesh.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the load of the lab says of a mesh is what became of every request that was due. */
class LabLoadTest {
  private static final Duration EVERY = Duration.ofMillis(20);
  private static final String FORBIDDEN = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";

  private final CountDownLatch answers = new CountDownLatch(1);
  private final LabLoad load = new LabLoad(2_000, Duration.ofSeconds(1));

  @AfterEach
  void stop() {
    load.close();
    answers.countDown();
  }

  @Test
  void whatServicesAnswerAsTheyShouldIsGood() throws Exception {
    try (ServerSocket server = answering("s1")) {
      answers.countDown();
      call(server, "s1.lab");
      List<Sample> samples = aSecondOfIt();

      assertThat(samples).hasSizeBetween(45, 55).allMatch(Sample::good);
      assertThat(LabLoad.good(samples)).isTrue();
    }
  }

  @Test
  void anAnswerByAnotherServiceIsWrong() throws Exception {
    try (ServerSocket server = answering("s2")) {
      answers.countDown();
      call(server, "s1.lab");

      assertThat(LabLoad.wrong(aSecondOfIt())).isBetween(20L, 30L);
    }
  }

  /** None of its requests but the first went out at all, and none came back. */
  @Test
  void aStallIsAsManyFailuresAsRequestsWereDue() throws Exception {
    try (ServerSocket server = answering("s1")) {
      call(server, "s1.lab");
      List<Sample> samples = aSecondOfIt();

      assertThat(samples).hasSizeBetween(45, 55);
      assertThat(LabLoad.failed(samples)).isEqualTo(samples.size());
      assertThat(LabLoad.wrong(samples)).isZero();
    }
  }

  @Test
  void whatIsLateIsWaitedFor() throws Exception {
    try (ServerSocket server = answering("s1")) {
      call(server, "s1.lab");
      long from = System.nanoTime();
      Await.until("some are due", () -> load.due(from) >= 5);
      CompletableFuture<List<Sample>> samples =
          CompletableFuture.supplyAsync(() -> load.since(from));
      answers.countDown();

      assertThat(samples.get()).hasSizeGreaterThanOrEqualTo(5).allMatch(Sample::good);
    }
  }

  @Test
  void whoWaitsForOneServiceKeepsNobodyFromCallingAnother() throws Exception {
    try (ServerSocket silent = answering("s1");
        ServerSocket well = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      serve(well, "s2", new CountDownLatch(0));
      call(silent, "s1.lab");
      call(well, "s2.lab");
      List<Sample> samples = aSecondOfIt();

      List<Sample> others = samples.stream().filter(s -> !s.involves("s1")).toList();
      assertThat(others).hasSizeBetween(45, 55);
      assertThat(LabLoad.good(others)).isTrue();
      assertThat(load.connections("s1")).isEqualTo(1);
    }
  }

  @Test
  void nothingIsNotGood() {
    assertThat(LabLoad.good(List.of())).isFalse();
  }

  /** Those due in a second of time that has passed. */
  private List<Sample> aSecondOfIt() {
    long from = System.nanoTime();
    long to = from + LabRun.SECOND;
    Await.until("a second has passed", () -> System.nanoTime() - to > 0);
    return load.between(from, to);
  }

  private void call(ServerSocket proxy, String target) {
    load.call(
        (name, work) -> thread(work), "s3", proxy.getLocalPort(), target, EVERY, Duration.ZERO);
  }

  private ServerSocket answering(String name) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    serve(server, name, answers);
    return server;
  }

  /** As a proxy with one service behind it: lets in and refuses as the policy of the lab says. */
  private static void serve(ServerSocket server, String name, CountDownLatch when) {
    String allowed = "HTTP/1.1 200 OK\r\ncontent-length: " + name.length() + "\r\n\r\n" + name;
    thread(
        () -> {
          while (!server.isClosed()) {
            Socket socket = server.accept();
            thread(() -> answer(socket, allowed, when));
          }
        });
  }

  private static void answer(Socket socket, String allowed, CountDownLatch when)
      throws IOException, InterruptedException {
    try (socket;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      boolean denied = false;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        denied |= line.startsWith("GET " + LabLoad.DENIED);
        if (line.isEmpty()) {
          when.await();
          socket
              .getOutputStream()
              .write((denied ? FORBIDDEN : allowed).getBytes(StandardCharsets.US_ASCII));
          denied = false;
        }
      }
    }
  }

  private static void thread(InHost.Work work) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // closed by the test
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
  }
}
