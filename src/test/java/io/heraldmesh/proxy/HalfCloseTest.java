package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.MtlsMode;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client that has ended its direction still gets the answer to what it sent, and then the end of
 * the connection (RFC 9112 section 9.6).
 */
@Timeout(60)
class HalfCloseTest {
  private Mesh mesh;

  /** Where the client comes in. */
  enum Side {
    OUTBOUND,
    INBOUND
  }

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
    mesh.policy(MtlsMode.PERMISSIVE);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  private RawClient client(Side side) throws Exception {
    return new RawClient(side == Side.OUTBOUND ? mesh.outbound : mesh.inbound);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aRequestIsAnsweredAndThenTheConnectionEnds(Side side) throws Exception {
    try (RawClient client = client(side)) {
      client.head("GET /big?3000000 HTTP/1.1", "Host: server.b");
      client.finishOutput();
      assertThat(client.answer().body()).hasSize(3_000_000);
      assertThat(client.readAll()).isEmpty();
    }
  }

  /** The system's buffers are full again and again, and nothing more is read from the client. */
  @ParameterizedTest
  @EnumSource(Side.class)
  void soIsOneWhoseAnswerIsMoreThanFitsOnTheWay(Side side) throws Exception {
    int length = 64 * 1024 * 1024;
    try (RawClient client = client(side)) {
      client.head("GET /big?" + length + " HTTP/1.1", "Host: server.b");
      client.finishOutput();
      assertThat(client.answer().body()).hasSize(length);
      assertThat(client.readAll()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aBodyThatIsWholeCounts(Side side) throws Exception {
    try (RawClient client = client(side)) {
      client.head("POST /echo HTTP/1.1", "Host: server.b", "Content-Length: 5").send("hello");
      client.finishOutput();
      assertThat(client.answer().body()).isEqualTo("hello");
      assertThat(client.readAll()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void everyRequestOfAPipelineIsAnswered(Side side) throws Exception {
    try (RawClient client = client(side)) {
      client.send("GET /ok HTTP/1.1\r\nHost: server.b\r\n\r\n".repeat(5));
      client.finishOutput();
      for (int i = 0; i < 5; i++) {
        assertThat(client.answer().status()).as("request %d", i).isEqualTo(200);
      }
      assertThat(client.readAll()).isEmpty();
    }
  }

  /** They are more than are made into requests at a time. */
  @ParameterizedTest
  @EnumSource(Side.class)
  void soIsEveryRequestOfALongPipelineInOrder(Side side) throws Exception {
    int many = 1_000;
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < many; i++) {
      String body = Integer.toString(i);
      requests
          .append("POST /echo HTTP/1.1\r\nHost: server.b\r\nContent-Length: ")
          .append(body.length())
          .append("\r\n\r\n")
          .append(body);
    }
    try (RawClient client = client(side)) {
      client.send(requests.toString());
      client.finishOutput();
      for (int i = 0; i < many; i++) {
        assertThat(client.answer().body()).isEqualTo(Integer.toString(i));
      }
      assertThat(client.readAll()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aRefusalIsAnAnswerToo(Side side) throws Exception {
    try (RawClient client = client(side)) {
      client.head("GET /ok HTTP/1.1", "Host: server.b", "Host: other.b");
      client.finishOutput();
      assertThat(client.answer().status()).isEqualTo(400);
      assertThat(client.readAll()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aRequestThatIsCutShortIsRefusedAndTheServiceSeesItCutShort(Side side) throws Exception {
    String whole = "GET /ok HTTP/1.1\r\nHost: server.b\r\n\r\n";
    String post = "POST /cut HTTP/1.1\r\nHost: server.b\r\n";
    for (String cut :
        List.of(
            "GET /cut HTTP/1.1\r\nHost: serv",
            post + "Content-Length: 9\r\n\r\nhalf",
            post + "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf",
            whole + post + "Content-Length: 9\r\n\r\nhalf")) {
      try (RawClient client = client(side)) {
        client.send(cut);
        client.finishOutput();
        if (cut.startsWith(whole)) {
          assertThat(client.answer().status()).as(cut).isEqualTo(200);
        }
        assertThat(client.answer().status()).as(cut).isEqualTo(400);
        assertThat(client.readAll()).as(cut).isEmpty();
      }
    }
    assertThat(mesh.app.seen()).noneMatch(seen -> seen.line().contains("/cut"));
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aConnectionThatAskedNothingJustEnds(Side side) throws Exception {
    try (RawClient client = client(side)) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      client.finishOutput();
      assertThat(client.readAll()).isEmpty();
    }
    try (RawClient client = client(side)) {
      client.finishOutput();
      assertThat(client.readAll()).isEmpty();
    }
  }
}
