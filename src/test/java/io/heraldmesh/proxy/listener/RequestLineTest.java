package io.heraldmesh.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.proxy.Limits;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request line has one form: a hop before that reads others would see another request. */
class RequestLineTest {
  private static final String REST = "\r\nHost: server.b\r\n\r\n";

  private final EmbeddedChannel channel =
      new EmbeddedChannel(new RequestDecoder(Limits.DEFAULTS, () -> false));

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /x HTTP/1.1",
        "GET /x HTTP/1.0",
        "M-SEARCH * HTTP/1.1",
        "GET http://server.b/x?a=%20 HTTP/1.1",
        "CONNECT server.b:80 HTTP/1.1"
      })
  void methodTargetAndVersionWithOneSpaceBetweenThem(String line) {
    HttpRequest request = read(line + REST);

    assertThat(request.decoderResult().isSuccess()).isTrue();
    assertThat(request.method().name() + " " + request.uri() + " " + request.protocolVersion())
        .isEqualTo(line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET  /x HTTP/1.1",
        "GET /x  HTTP/1.1",
        "GET /x HTTP/1.1 ",
        "GET /x y HTTP/1.1",
        "GET\t/x HTTP/1.1",
        "GET /x\tHTTP/1.1",
        "GET\u000b/x HTTP/1.1",
        "GET /x\u000cHTTP/1.1",
        "GET /x\rHTTP/1.1",
        "GET /x \r\r HTTP/1.1",
        "GET\r/x\rHTTP/1.1",
        "GET /x\0 HTTP/1.1",
        "GET /x\u007f HTTP/1.1",
        "GET /x http/1.1",
        "GET /x HtTp/1.1",
        "GET /x HTTP/1.1.1",
        "GET /x HTTP/11",
        "GET /x HTTP/1.1x",
        "GET /x HTTP/-1.1",
        "GET /x",
        "GET HTTP/1.1",
        " GET /x HTTP/1.1",
        "get /x HTTP/1.1"
      })
  void anyOtherIsRefused(String line) {
    assertRefused(read(line + REST));
  }

  @Test
  void itIsLookedAtOnceAllOfItIsHere() {
    String line = "GET /x HTTP/1.1" + REST;
    for (int i = 0; i < line.length() - 1; i++) {
      assertThat(write(line.substring(i, i + 1))).isFalse();
    }
    assertThat(write("\n")).isTrue();
  }

  @Test
  void oneThatComesInPiecesIsRefusedWithItsEnd() {
    assertThat(write("GET /x")).isFalse();
    assertThat(write("\tHTTP/1.1\r")).isFalse();
    assertRefused(read("\n"));
  }

  /** RFC 9112 section 2.2: an empty line in front is passed over. */
  @Test
  void emptyLinesMayStandInFront() {
    assertThat(write("\r\n\r")).isFalse();
    assertThat(write("\nGET /x HTTP/1.1" + REST)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\rGET /x HTTP/1.1", "\r\rGET /x HTTP/1.1", "\r\n\rGET /x HTTP/1.1"})
  void aCrThatEndsNoLineMayNot(String line) {
    assertRefused(read(line + REST));
  }

  @Test
  void theNextRequestOnTheConnectionIsHeldToTheSame() {
    assertThat(read("GET /x HTTP/1.1" + REST).decoderResult().isSuccess()).isTrue();
    assertThat(channel.<LastHttpContent>readInbound()).isNotNull();
    assertRefused(read("GET /x\tHTTP/1.1" + REST));
  }

  @Test
  void nothingIsReadAfterOneThatIsRefused() {
    assertRefused(read("GET /x\tHTTP/1.1" + REST + "GET /y HTTP/1.1" + REST));
    assertThat(write("GET /z HTTP/1.1" + REST)).isFalse();
  }

  private static void assertRefused(HttpRequest request) {
    assertThat(request.decoderResult().cause()).isInstanceOf(DecoderException.class);
  }

  /** Whether a message came out. */
  private boolean write(String text) {
    return channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
  }

  private HttpRequest read(String text) {
    write(text);
    HttpRequest request = channel.readInbound();
    ReferenceCountUtil.release(request);
    return request;
  }
}
