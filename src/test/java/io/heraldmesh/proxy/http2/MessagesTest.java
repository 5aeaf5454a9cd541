package io.heraldmesh.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fields of HTTP/2 and messages of HTTP/1.1 say the same, and what only one of them has is gone.
 */
class MessagesTest {

  @Test
  void theAuthorityIsTheHost() throws Exception {
    HttpRequest request = (HttpRequest) Messages.request(asked("x", "1"), true);
    assertThat(request.method()).isEqualTo(HttpMethod.GET);
    assertThat(request.headers().getAll("host")).containsExactly("server.b");
    assertThat(request.headers().get("x")).isEqualTo("1");
    assertThat(request.headers().contains("transfer-encoding")).isFalse();
  }

  @Test
  void aBodyWithoutALengthComesInChunks() throws Exception {
    HttpMessage request = (HttpMessage) Messages.request(asked(), false);
    assertThat(request.headers().get("transfer-encoding")).isEqualTo("chunked");
    request = (HttpMessage) Messages.request(asked("content-length", "3"), false);
    assertThat(request.headers().contains("transfer-encoding")).isFalse();
  }

  @Test
  void aHostMustBeTheAuthority() throws Exception {
    HttpMessage request = (HttpMessage) Messages.request(asked("host", "SERVER.b"), true);
    assertThat(request.headers().getAll("host")).containsExactly("server.b");
    assertThatThrownBy(() -> Messages.request(asked("host", "evil"), true))
        .isInstanceOf(Messages.Malformed.class);
  }

  @Test
  void severalCookiesBecomeOne() throws Exception {
    HttpMessage request =
        (HttpMessage) Messages.request(asked("cookie", "a=1", "cookie", "b=2"), true);
    assertThat(request.headers().getAll("cookie")).containsExactly("a=1; b=2");
  }

  /** They would be taken for what this codec itself says. */
  @Test
  void fieldsOfTheCodecsOwnAreNobodysToSay() throws Exception {
    HttpMessage request =
        (HttpMessage)
            Messages.request(asked("x-http2-scheme", "ftp", "x-http2-path", "/evil"), true);
    assertThat(request.headers().getAll("x-http2-scheme")).containsExactly("https");
    assertThat(request.headers().contains("x-http2-path")).isFalse();
  }

  @Test
  void aRequestNeedsItsPseudoHeadersAndNoOthers() {
    assertMalformed(new DefaultHttp2Headers(false).path("/x"));
    assertMalformed(new DefaultHttp2Headers(false).method("GET"));
    assertMalformed(asked(":x", "1"));
    assertMalformed(asked("", "1"));
    assertMalformed(asked(":protocol", "websocket"));
  }

  @Test
  void valuesThatWouldBreakALineAreRefused() {
    assertThatThrownBy(() -> Messages.request(asked("x", "a\r\nevil: 1"), true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"20", "2000", "abc", "200 evil", "101", "099", "2 0", ""})
  void aStatusIsACodeThatHttp2Has(String status) {
    assertThatThrownBy(() -> Messages.response(answered(status), true))
        .isInstanceOf(Messages.Malformed.class);
  }

  @Test
  void aResponseHasNoPseudoHeadersOfARequest() {
    assertThatThrownBy(() -> Messages.response(answered("200").path("/evil"), true))
        .isInstanceOf(Messages.Malformed.class);
  }

  @Test
  void aResponseWithoutABodyGetsNoFraming() throws Exception {
    for (String status : List.of("204", "304")) {
      HttpMessage response = (HttpMessage) Messages.response(answered(status), false);
      assertThat(response.headers().isEmpty()).as(status).isTrue();
    }
  }

  @Test
  void trailersFollowABody() throws Exception {
    Http2Headers fields = new DefaultHttp2Headers(false).add("checksum", "1");
    LastHttpContent last = (LastHttpContent) Messages.request(fields, true);
    assertThat(last.trailingHeaders().get("checksum")).isEqualTo("1");
  }

  /** RFC 9110 section 6.5.1. */
  @ParameterizedTest
  @ValueSource(strings = {"content-length", "transfer-encoding", "trailer", "x-http2-scheme"})
  void aTrailerThatWouldFrameTheMessageIsTakenOff(String name) throws Exception {
    Http2Headers fields = new DefaultHttp2Headers(false).add("checksum", "1").add(name, "1");
    LastHttpContent last = (LastHttpContent) Messages.request(fields, true);
    assertThat(last.trailingHeaders().names()).containsExactly("checksum");
  }

  /** RFC 9113 section 8.2.1: policy would compare it without, and the service get it with. */
  @ParameterizedTest
  @ValueSource(strings = {"a ", "a\t"})
  void aValueThatEndsWithWhiteSpaceIsRefused(String value) throws Exception {
    assertMalformed(asked("x", value));
    assertMalformed(asked("cookie", value));
    HttpMessage response = (HttpMessage) Messages.response(answered("200").add("x", value), true);
    assertThat(response.headers().contains("x")).as("a service may be sloppy").isTrue();
  }

  @Test
  void aRequestGoesOutWithWhatHttp2Has() {
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/x?y=1");
    HttpHeaders headers = request.headers();
    headers.set("Host", "server.b");
    headers.set("Connection", "keep-alive");
    headers.set("Keep-Alive", "timeout=5");
    headers.set("Proxy-Connection", "close");
    headers.set("Upgrade", "websocket");
    headers.set("Transfer-Encoding", "chunked");
    headers.set("X-Http2-Scheme", "ftp");
    headers.set("TE", "trailers, deflate");
    headers.set("X-Mixed-Case", "Value");
    assertThat(listed(Blocks.request(request, AsciiString.of("https"))))
        .containsExactly(
            ":method=GET",
            ":path=/x?y=1",
            ":scheme=https",
            ":authority=server.b",
            "te=trailers",
            "x-mixed-case=Value");
  }

  @Test
  void anAbsoluteTargetIsTakenApart() {
    HttpRequest request =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "http://server.b/x");
    request.headers().set("Host", "server.b");
    assertThat(listed(Blocks.request(request, AsciiString.of("https"))))
        .contains(":path=/x", ":authority=server.b");
  }

  private static void assertMalformed(Http2Headers fields) {
    assertThatThrownBy(() -> Messages.request(fields, false))
        .isInstanceOf(Messages.Malformed.class);
  }

  private static Http2Headers asked(String... fields) {
    Http2Headers all =
        new DefaultHttp2Headers(false)
            .method("GET")
            .path("/x")
            .scheme("https")
            .authority("server.b");
    for (int i = 0; i < fields.length; i += 2) {
      all.add(fields[i], fields[i + 1]);
    }
    return all;
  }

  private static Http2Headers answered(String status) {
    return new DefaultHttp2Headers(false).status(status);
  }

  private static List<String> listed(Http2Headers fields) {
    List<String> all = new ArrayList<>();
    for (Map.Entry<CharSequence, CharSequence> field : fields) {
      all.add(field.getKey() + "=" + field.getValue());
    }
    return all;
  }
}
