package io.heraldmesh.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However slowly a client asks or reads, its place is another's after a bounded time. */
@Timeout(120)
class ClientBoundsTest {
  private static final SocketAddress ANY_PORT = SocketAddress.inetSocketAddress(0, "127.0.0.1");
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int MOST_ANSWERS = 16;

  private final Vertx vertx = Vertx.vertx();
  private final List<Socket> sockets = new ArrayList<>();
  private int port;

  @AfterEach
  void stop() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    Await.result(vertx.close());
  }

  @Test
  void whoAsksAnOctetAtATimeIsClosed() throws Exception {
    health(100, SHORT, LONG);
    Socket slow = connect();
    // before what it sends is too long for any request line
    Await.until(Duration.ofSeconds(5), "it is closed", () -> !takesAnOctet(slow));
  }

  @Test
  void whoseRequestsBodyComesAnOctetAtATimeIsClosed() throws Exception {
    health(100, SHORT, LONG);
    Socket slow = connect();
    send(slow, "POST /healthz/live HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    Await.until("it is closed", () -> !takesAnOctet(slow));
  }

  @Test
  void aKeptConnectionHasTheTimeAnewAfterEachAnswer() throws Exception {
    health(100, SHORT, LONG);
    Socket kept = connect();
    kept.setSoTimeout(5_000);
    long end = System.nanoTime() + 3 * SHORT.toNanos();
    while (System.nanoTime() < end) {
      assertThat(live(kept)).isTrue();
    }
    assertThat(kept.getInputStream().read()).as("closed without another request").isEqualTo(-1);
  }

  @Test
  void requestsThatCameTogetherAreEachAnswered() throws Exception {
    health(100, LONG, LONG);
    Socket eager = connect();
    String request = "GET /healthz/live HTTP/1.1\r\nHost: a\r\n\r\n";
    send(eager, request + request + request);
    for (int i = 0; i < 3; i++) {
      assertThat(answered(eager)).isTrue();
    }
  }

  @Test
  void slowReadersDoNotKeepOthersFromTheMetrics() throws Exception {
    answersOthersWhile(ClientBoundsTest::readALittle);
  }

  @Test
  void noReadersThatSendAnOctetNowAndThenDoNotEither() throws Exception {
    answersOthersWhile(ClientBoundsTest::takesAnOctet);
  }

  /** As many clients as are answered at a time have asked, and then do no more than that. */
  private void answersOthersWhile(Consumer<Socket> each) throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    for (int i = 0; i < 4_000; i++) {
      registry.counter("big", "label", i + "x".repeat(4_000)).increment();
    }
    ClientBounds bounds = new ClientBounds(vertx, 100, 100, LONG, Duration.ofSeconds(3));
    port = Await.result(new MetricsServer(vertx, registry, bounds).listen(ANY_PORT)).actualPort();
    String request = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
    for (int i = 0; i < MOST_ANSWERS; i++) {
      send(connect(), request);
    }
    List<Socket> slow = List.copyOf(sockets);
    Await.until(
        Duration.ofSeconds(15),
        "somebody else is answered",
        () -> {
          slow.forEach(each);
          return status(request).equals("200");
        });
  }

  @Test
  void oneTooManyIsClosedUntilAnotherLeaves() throws Exception {
    health(2, LONG, LONG);
    Socket first = connect();
    assertThat(live(first)).isTrue();
    assertThat(live(connect())).isTrue();
    assertThat(live(connect())).isFalse();
    first.close();
    Await.until("there is room again", () -> live(connect()));
  }

  @Test
  void oneClientThatHoldsAllThatItCanKeepsNoOtherFromTheHealth() throws Exception {
    health(new HealthServer(vertx, new Health()));
    for (int i = 0; i < 32; i++) {
      assertThat(live(connect())).isTrue();
    }
    for (int i = 0; i < 300; i++) {
      connect();
    }
    assertThat(live(connect())).as("one too many of this address").isFalse();
    assertThat(live(connect("127.0.0.2"))).isTrue();
    sockets.getFirst().close();
    Await.until("there is room again", () -> live(connect()));
  }

  @Test
  void norFromTheMetrics() throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    port = Await.result(new MetricsServer(vertx, registry).listen(ANY_PORT)).actualPort();
    String request = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
    for (int i = 0; i < 100; i++) {
      connect();
    }
    assertThat(status(connect(), request)).as("one too many of this address").isEqualTo("closed");
    assertThat(status(connect("127.0.0.2"), request)).isEqualTo("200");
  }

  private void health(int most, Duration toAsk, Duration toTake) {
    health(new HealthServer(new Health(), new ClientBounds(vertx, most, most, toAsk, toTake)));
  }

  private void health(HealthServer server) {
    port = Await.result(server.listen(ANY_PORT)).actualPort();
  }

  private Socket connect() {
    return connect("127.0.0.1");
  }

  /** One that has room for little of an answer. */
  private Socket connect(String from) {
    try {
      Socket socket = new Socket();
      sockets.add(socket);
      socket.setReceiveBufferSize(4096);
      socket.setSoTimeout(30_000);
      socket.bind(new InetSocketAddress(from, 0));
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      return socket;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static boolean takesAnOctet(Socket socket) {
    try {
      send(socket, "x");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void readALittle(Socket socket) {
    try {
      InputStream in = socket.getInputStream();
      if (in.available() > 0) {
        var _ = in.read(new byte[1024]);
      }
    } catch (IOException e) {
      // closed
    }
  }

  /** Of another client's answer, of which no more is read. */
  private String status(String request) {
    return status(connect(), request);
  }

  private static String status(Socket asking, String request) {
    try (asking) {
      send(asking, request);
      byte[] start = asking.getInputStream().readNBytes(12);
      return start.length < 12 ? "closed" : new String(start, 9, 3, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return "closed";
    }
  }

  private static boolean live(Socket socket) {
    try {
      send(socket, "GET /healthz/live HTTP/1.1\r\nHost: a\r\n\r\n");
      return answered(socket);
    } catch (IOException e) {
      return false;
    }
  }

  /** Reads one answer, to its end. */
  private static boolean answered(Socket socket) throws IOException {
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("live\n") < 0) {
      int octet = socket.getInputStream().read();
      if (octet < 0) {
        return false;
      }
      answer.append((char) octet);
    }
    return answer.toString().startsWith("HTTP/1.1 200 ");
  }
}
