package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.CONTINUATION;
import static io.heraldmesh.proxy.RawHttp2Client.DATA;
import static io.heraldmesh.proxy.RawHttp2Client.END_HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.GOAWAY;
import static io.heraldmesh.proxy.RawHttp2Client.HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.RST_STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A load balancer has the requests of many clients on one connection. What one of them does wrong
 * ends its own stream, body and all, and no other (RFC 9113 sections 5.1, 5.1.2 and 8.1.1).
 */
@Timeout(60)
class RefusedStreamsTest {
  private static final int PROTOCOL_ERROR = 1;
  private static final int REFUSED_STREAM = 7;

  private static Mesh mesh;

  @BeforeAll
  static void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterAll
  static void stop() throws Exception {
    mesh.close();
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void theBodyOfAMalformedRequestEndsNoOther(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.call(1, false, "POST", "/echo", "connection", "close");
      client.frame(DATA, 0, 1, new byte[100]);
      client.frame(DATA, END_STREAM, 1, new byte[100]);
      client.call(3, true, "GET", "/ok");

      assertThat(errorsUntilAnswered(client, 3)).containsEntry(1, PROTOCOL_ERROR);
    }
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void theTrailersOfAMalformedRequestEndNoOther(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.call(1, false, "POST", "/echo", "X-Upper", "1");
      client.frame(HEADERS, END_STREAM, 1, RawHttp2Client.block("x-sum", "1"));
      client.frame(CONTINUATION, END_HEADERS, 1, RawHttp2Client.block("x-more", "1"));
      client.call(3, true, "GET", "/ok");

      assertThat(errorsUntilAnswered(client, 3)).containsEntry(1, PROTOCOL_ERROR);
    }
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void theBodyOfAHeadThatIsTooLargeEndsNoOther(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.frame(HEADERS, 0, 1, RawHttp2Client.block("a", "b".repeat(16_000)));
      int left = Limits.DEFAULTS.headerListBytes() + 1000 - 16_000;
      for (; left > 0; left -= 15_000) {
        client.frame(CONTINUATION, 0, 1, RawHttp2Client.block("a" + left, "b".repeat(15_000)));
      }
      client.frame(CONTINUATION, END_HEADERS, 1, RawHttp2Client.block("z", "z"));
      client.frame(DATA, END_STREAM, 1, new byte[100]);
      client.call(3, true, "GET", "/ok");

      errorsUntilAnswered(client, 3);
    }
  }

  /** RFC 9113 section 5.1: frames that were on their way are ignored, not answered one by one. */
  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void bodiesThatComeTooLateAreNoFlood(Http2Side side) throws Exception {
    mesh.app.rawAnswer("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      int last = 2 * 60 - 1;
      for (int stream = 1; stream <= last; stream += 2) {
        client.call(stream, false, "POST", "/early");
        RawHttp2Client.Frame answer = client.readAnswer();
        assertThat(client.status(answer)).isEqualTo("413");
        RawHttp2Client.Frame reset = client.readAnswer();
        assertThat(reset.type()).isEqualTo(RST_STREAM);
        for (int part = 0; part < 10; part++) {
          client.frame(DATA, 0, stream, new byte[10]);
        }
      }
      client.call(last + 2, true, "GET", "/ok");

      assertThat(errorsUntilAnswered(client, last + 2)).isEmpty();
    }
  }

  /** A client may send before it has read how many streams there may be. */
  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void theBodyOfAStreamTooManyEndsNoOther(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      int last = 2 * 110 - 1;
      for (int stream = 1; stream <= last; stream += 2) {
        client.call(stream, false, "POST", "/echo");
      }
      for (int stream = last; stream >= 1; stream -= 2) {
        client.frame(DATA, END_STREAM, stream, new byte[10]);
      }

      assertThat(errorsUntilAnswered(client, 1))
          .containsEntry(last, REFUSED_STREAM)
          .hasSize(10)
          .doesNotContainKey(199);
    }
  }

  /** The streams that were reset, with the reason, until {@code stream} is answered with 200. */
  private static Map<Integer, Integer> errorsUntilAnswered(RawHttp2Client client, int stream)
      throws IOException {
    Map<Integer, Integer> errors = new TreeMap<>();
    while (true) {
      RawHttp2Client.Frame frame = client.readAnswer();
      assertThat(frame.type())
          .as(() -> frame.payload().toString(StandardCharsets.US_ASCII))
          .isNotEqualTo(GOAWAY);
      if (frame.type() == RST_STREAM) {
        errors.putIfAbsent(frame.stream(), frame.error());
      } else if (frame.type() == HEADERS) {
        Map<String, String> fields = client.fields(frame);
        if (frame.stream() == stream && fields.containsKey(":status")) {
          assertThat(fields).containsEntry(":status", "200");
          return errors;
        }
      }
    }
  }
}
