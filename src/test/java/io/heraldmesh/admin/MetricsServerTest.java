package io.heraldmesh.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However many ask for the metrics, and however slowly they read, it costs the node little. */
@Timeout(120)
class MetricsServerTest {
  private static final int MOST_ANSWERS = 16;

  private final Vertx vertx = Vertx.vertx();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final List<Socket> sockets = new ArrayList<>();
  private int port;

  @BeforeEach
  void start() {
    port =
        Await.result(
                new MetricsServer(vertx, registry)
                    .listen(SocketAddress.inetSocketAddress(0, "127.0.0.1")))
            .actualPort();
  }

  @AfterEach
  void stop() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    Await.result(vertx.close());
  }

  @Test
  void aClientThatTakesGzipGetsTheSameTextCompressed() throws Exception {
    counters(100, 1000);
    HttpResponse<byte[]> plain = get("identity");
    HttpResponse<byte[]> gzip = get("br, gzip;q=0.5");

    assertThat(plain.headers().firstValue("content-encoding")).isEmpty();
    assertThat(gzip.headers().firstValue("content-encoding")).hasValue("gzip");
    assertThat(gzip.body()).hasSizeLessThan(plain.body().length / 10);
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip.body()))) {
      assertThat(in.readAllBytes()).isEqualTo(plain.body());
    }
    assertThat(get("gzip;q=0").headers().firstValue("content-encoding")).isEmpty();
  }

  @Test
  void whoAsksWhileAScrapeRunsGetsItsTextAndTooManyGet503() throws Exception {
    AtomicInteger scrapes = new AtomicInteger();
    CountDownLatch goOn = new CountDownLatch(1);
    registry.gauge("scrapes", scrapes, counted -> counted(counted, goOn));
    for (int i = 0; i < MOST_ANSWERS + 4; i++) {
      sockets.add(ask());
    }
    Await.until("four are refused", () -> sockets.stream().filter(this::isAnswered).count() == 4);
    goOn.countDown();

    List<String> statuses = sockets.stream().map(MetricsServerTest::status).toList();
    assertThat(statuses).filteredOn("503"::equals).hasSize(4);
    assertThat(statuses).filteredOn("200"::equals).hasSize(MOST_ANSWERS);
    assertThat(scrapes).hasValue(1);
  }

  @Test
  void clientsThatAskAndDoNotReadHoldNextToNothing() throws Exception {
    int length = counters(8_000, 4_000);
    long before = heldBytes();
    for (int i = 0; i < 200; i++) {
      sockets.add(ask());
    }
    List<String> statuses = sockets.stream().map(MetricsServerTest::status).toList();

    assertThat(statuses).filteredOn("200"::equals).hasSizeBetween(1, MOST_ANSWERS);
    assertThat(heldBytes() - before).isLessThan(length / 2);
    for (Socket socket : sockets) {
      socket.close();
    }
    Await.until("there is room again", () -> fetch("identity").statusCode() == 200);
    assertThat(fetch("identity").body()).hasSizeGreaterThan(length);
  }

  private static double counted(AtomicInteger scrapes, CountDownLatch goOn) {
    scrapes.incrementAndGet();
    try {
      return goOn.await(30, TimeUnit.SECONDS) ? 1 : 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The length of all their labels. */
  private int counters(int count, int labelLength) {
    for (int i = 0; i < count; i++) {
      registry.counter("big", "label", i + "x".repeat(labelLength)).increment();
    }
    return count * labelLength;
  }

  private static long heldBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** One that has room for little of the answer. */
  private Socket ask() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.setSoTimeout(30_000);
    socket.connect(new InetSocketAddress("127.0.0.1", port));
    try {
      socket
          .getOutputStream()
          .write("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      // closed already: there were enough
    }
    return socket;
  }

  private boolean isAnswered(Socket socket) {
    try {
      return socket.getInputStream().available() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Of the answer, of which no more is read; or that there is none. */
  private static String status(Socket socket) {
    try {
      byte[] start = socket.getInputStream().readNBytes(12);
      return start.length < 12 ? "closed" : new String(start, 9, 3, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return "closed";
    }
  }

  private HttpResponse<byte[]> fetch(String encodings) {
    try {
      return get(encodings);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<byte[]> get(String encodings) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
              .header("accept-encoding", encodings)
              .build(),
          HttpResponse.BodyHandlers.ofByteArray());
    }
  }
}
