package io.heraldmesh.proxy.http2;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.HttpConversionUtil;
import io.netty.handler.codec.http2.HttpConversionUtil.ExtensionHeaderNames;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 messages as the field blocks of HTTP/2 (RFC 9113 section 8.3). Names and values were
 * looked at when the message was read or written, and are not again.
 */
final class Blocks {
  private static final String OWN = "x-http2-";

  private Blocks() {}

  /**
   * @param scheme of the connection that it is sent on
   */
  static Http2Headers request(HttpRequest request, AsciiString scheme) {
    HttpHeaders headers = request.headers();
    String uri = request.uri();
    String host = headers.get(HttpHeaderNames.HOST);
    boolean plain =
        host != null
            && host.indexOf('@') < 0
            && (uri.startsWith("/") || uri.equals("*"))
            && !request.method().equals(HttpMethod.CONNECT);
    if (!plain) {
      headers.set(ExtensionHeaderNames.SCHEME.text(), scheme);
      return HttpConversionUtil.toHttp2Headers(request, true);
    }
    return ReadOnlyHttp2Headers.clientHeaders(
        false,
        request.method().asciiName(),
        AsciiString.of(uri),
        scheme,
        AsciiString.of(host),
        fields(headers));
  }

  static Http2Headers response(HttpResponse response) {
    return ReadOnlyHttp2Headers.serverHeaders(
        false, response.status().codeAsText(), fields(response.headers()));
  }

  static Http2Headers trailers(HttpHeaders trailers) {
    return ReadOnlyHttp2Headers.trailers(false, fields(trailers));
  }

  /** Names and values in turn. */
  private static AsciiString[] fields(HttpHeaders headers) {
    AsciiString[] fields = new AsciiString[headers.size() * 2];
    int at = 0;
    Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      AsciiString name = AsciiString.of(field.getKey()).toLowerCase();
      AsciiString value = passes(name) ? value(name, field.getValue()) : null;
      if (value != null) {
        fields[at++] = name;
        fields[at++] = value;
      }
    }
    return at == fields.length ? fields : Arrays.copyOf(fields, at);
  }

  /** Of TE, HTTP/2 has one value only (RFC 9113 section 8.2.2). */
  private static @Nullable AsciiString value(AsciiString name, CharSequence value) {
    if (name.length() == 2 && HttpHeaderNames.TE.contentEquals(name)) {
      return AsciiString.containsIgnoreCase(value, HttpHeaderValues.TRAILERS)
          ? HttpHeaderValues.TRAILERS
          : null;
    }
    return AsciiString.of(value);
  }

  /** Not what only HTTP/1.1 has, or what a pseudo header says. */
  private static boolean passes(AsciiString name) {
    return switch (name.length()) {
      case 4 -> !HttpHeaderNames.HOST.contentEquals(name);
      case 7 -> !HttpHeaderNames.UPGRADE.contentEquals(name);
      case 10 ->
          !HttpHeaderNames.CONNECTION.contentEquals(name) && !name.contentEquals("keep-alive");
      case 16 -> !name.contentEquals("proxy-connection");
      case 17 -> !HttpHeaderNames.TRANSFER_ENCODING.contentEquals(name);
      default -> !name.startsWith(OWN);
    };
  }
}
