package io.heraldmesh.proxy.http2;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * Field blocks of HTTP/2 as the HTTP/1.1 messages that they stand for (RFC 9113 section 8.3).
 * Netty's decoder has looked at names, values, order and number of pseudo headers before.
 */
final class Messages {
  private static final int STATUS_DIGITS = 3;

  /** Fields that make no message. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String what) {
      // nothing reads the stack, and a flood of bad messages should cost little
      super(what, null, false, false);
    }
  }

  private Messages() {}

  /**
   * The head of a request, the whole of one without a body, or trailers.
   *
   * @param last nothing follows
   */
  static HttpObject request(Http2Headers fields, boolean last) throws Malformed {
    CharSequence method = fields.method();
    if (method == null && last) {
      return trailers(fields);
    }
    if (method == null) {
      throw new Malformed("no :method");
    }
    HttpMethod asked = HttpMethod.valueOf(method.toString());
    CharSequence target = asked.equals(HttpMethod.CONNECT) ? fields.authority() : fields.path();
    if (target == null) {
      throw new Malformed("no target");
    }
    HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().newHeaders();
    Fields.copy(fields, headers, true);
    if (last) {
      return new DefaultFullHttpRequest(
          HttpVersion.HTTP_1_1,
          asked,
          target.toString(),
          Unpooled.EMPTY_BUFFER,
          headers,
          EmptyHttpHeaders.INSTANCE);
    }
    frame(headers);
    return new DefaultHttpRequest(HttpVersion.HTTP_1_1, asked, target.toString(), headers);
  }

  /**
   * The head of a response, the whole of one without a body, an interim response, or trailers.
   *
   * @param last nothing follows
   */
  static HttpObject response(Http2Headers fields, boolean last) throws Malformed {
    CharSequence said = fields.status();
    if (said == null && last) {
      return trailers(fields);
    }
    HttpResponseStatus status = status(said);
    HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().newHeaders();
    Fields.copy(fields, headers, false);
    if (last || status.code() < 200) {
      return new DefaultFullHttpResponse(
          HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER, headers, EmptyHttpHeaders.INSTANCE);
    }
    if (status.code() != 204 && status.code() != 304) {
      frame(headers);
    }
    return new DefaultHttpResponse(HttpVersion.HTTP_1_1, status, headers);
  }

  /** A body follows that in HTTP/1.1 needs a length or chunks. */
  private static void frame(HttpHeaders headers) {
    if (!headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
      headers.add(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
  }

  private static HttpObject trailers(Http2Headers fields) throws Malformed {
    DefaultLastHttpContent last =
        new DefaultLastHttpContent(
            Unpooled.EMPTY_BUFFER, DefaultHttpHeadersFactory.trailersFactory());
    Fields.copyTrailers(fields, last.trailingHeaders());
    return last;
  }

  /** Three digits, and not the one that HTTP/2 does not have (RFC 9113 section 8.6). */
  private static HttpResponseStatus status(@Nullable CharSequence said) throws Malformed {
    if (said == null || said.length() != STATUS_DIGITS) {
      throw new Malformed("a :status that is no code");
    }
    int code = 0;
    for (int i = 0; i < STATUS_DIGITS; i++) {
      char digit = said.charAt(i);
      if (digit < '0' || digit > '9') {
        throw new Malformed("a :status that is no code");
      }
      code = code * 10 + digit - '0';
    }
    if (code < 100 || code == 101) {
      throw new Malformed("a :status that HTTP/2 does not have");
    }
    return HttpResponseStatus.valueOf(code);
  }
}
