package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fields without end, and heads that do not end, are answered before they have taken memory. */
class HeaderFloodTest {
  private static final Duration HEAD = Duration.ofMillis(500);

  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh =
        Mesh.ready(Mesh.Options.DEFAULT.limits(Limits.DEFAULTS.with(to -> to.requestHead(HEAD))));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  /** Each takes a hundred octets as an object, whatever it takes on the wire. */
  @Test
  void fieldsAreCountedBeforeTheHeadEnds() throws Exception {
    try (RawClient client = mesh.call()) {
      client.send("GET /ok HTTP/1.1\r\nHost: server.b\r\n" + "a:b\r\n".repeat(1_000));
      assertThat(client.answer().status()).isEqualTo(431);
      assertThat(client.closed()).isTrue();
    }
    assertThat(mesh.app.seen()).isEmpty();
  }

  @Test
  void chunkExtensionsAreBoundedInAll() throws Exception {
    String chunk = "1;" + "e".repeat(1_000) + "\r\nx\r\n";
    try (RawClient client = mesh.call()) {
      client.head("POST /echo HTTP/1.1", "Host: server.b", "Transfer-Encoding: chunked");
      client.send(chunk.repeat(100));
      assertThat(client.answer().status()).isEqualTo(400);
      assertThat(client.closed()).isTrue();
    }
    assertThat(mesh.app.seen()).isEmpty();
  }

  @Test
  void manySmallChunksAreNoExtensions() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("POST /echo HTTP/1.1", "Host: server.b", "Transfer-Encoding: chunked");
      client.send("1;name=value\r\nx\r\n".repeat(20_000)).send("0\r\n\r\n");
      assertThat(client.answer().body()).hasSize(20_000);
    }
  }

  @Test
  void trailersAreCountedBeforeTheyEnd() throws Exception {
    try (RawClient client = mesh.call()) {
      client
          .head("POST /echo HTTP/1.1", "Host: server.b", "Transfer-Encoding: chunked")
          .send("2\r\nhi\r\n0\r\n" + "a:b\r\n".repeat(1_000));
      assertThat(client.answer().status()).isEqualTo(400);
      assertThat(client.closed()).isTrue();
    }
    assertThat(mesh.app.seen()).isEmpty();
  }

  @Test
  void fieldsOfAResponseAreCountedToo() throws Exception {
    mesh.app.rawAnswer("HTTP/1.1 200 OK\r\n" + "a:b\r\n".repeat(1_000));
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/raw", "server.b").status()).isEqualTo(502);
    }
  }

  @Test
  void aHeadThatDoesNotEndInTimeEndsTheConnection() throws Exception {
    try (RawClient client = mesh.call()) {
      client.send("GET /ok HTTP/1.1\r\nHost: server.b\r\nX: ");
      assertThat(client.closed()).isTrue();
    }
  }

  /** The time counts from the head's first byte, not from the answer before it. */
  @Test
  void aHeadInTwoPartsIsReadHoweverLongItsConnectionWasIdle() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      passed(HEAD.multipliedBy(2));
      client.send("GET /ok HTTP/1.1\r\nHost: ser");
      passed(HEAD.dividedBy(2));
      client.send("ver.b\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(200);
    }
  }

  private static void passed(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    Mesh.eventually(() -> System.nanoTime() >= end);
  }
}
