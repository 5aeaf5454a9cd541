package io.heraldmesh.proxy.listener;

import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Passes one response on to the client: takes off what is not for the next hop, frames it for the
 * client's HTTP version, and writes head and body together where they come together.
 */
final class ResponseRelay {

  /** What came of a part. */
  enum Progress {
    MORE,
    COMPLETE,
    /** The service speaks WebSocket from here on; the client has been told. */
    SWITCHED,
    /** It would, but the client did not wait for that; nothing was said to the client. */
    EARLY,
    /** No legal response. */
    BAD
  }

  /** 1xx responses before the response itself. */
  private static final int MOST_INTERIM = 100;

  private final HttpServerStream client;
  private final boolean noBody;
  private final boolean oldClient;
  private final boolean relayContinue;
  private final boolean upgrade;
  private final @Nullable GrpcExchange grpc;
  private @Nullable HttpResponse head;
  private boolean skipping;
  private boolean continued;
  private int interims;
  private boolean switching;
  private boolean unflushed;
  private int status;
  private boolean reusable;
  private long bytes;
  private boolean bodyless;
  private long length = -1;

  /**
   * @param noBody the request was a HEAD
   * @param oldClient speaks HTTP/1.0: knows neither chunks nor interim responses
   * @param relayContinue the client waits for a 100 before it sends its body
   * @param upgrade the request asked for a WebSocket
   * @param grpc null unless it is a gRPC call
   */
  ResponseRelay(
      HttpServerStream client,
      boolean noBody,
      boolean oldClient,
      boolean relayContinue,
      boolean upgrade,
      @Nullable GrpcExchange grpc) {
    this.client = client;
    this.noBody = noBody;
    this.oldClient = oldClient;
    this.relayContinue = relayContinue;
    this.upgrade = upgrade;
    this.grpc = grpc;
  }

  boolean started() {
    return status != 0;
  }

  /** The service has said something of the request, if only that it is there (RFC 9110 15.2). */
  boolean heard() {
    return started() || interims > 0;
  }

  /** As long as nothing of the response has left, there can be another in its place. */
  void takeBack() {
    if (head != null) {
      head = null;
      status = 0;
    }
  }

  /** 0 before the response has begun. */
  int status() {
    return status;
  }

  boolean noBody() {
    return noBody;
  }

  /** The request asked for a WebSocket. */
  boolean upgrade() {
    return upgrade;
  }

  /** The connection it came on can carry another request. */
  boolean reusable() {
    return reusable;
  }

  /** Of the body, so far. */
  long bytes() {
    return bytes;
  }

  /** Takes over the reference to {@code part}. */
  Progress relay(HttpObject part) {
    if (part.decoderResult().isFailure()) {
      ReferenceCountUtil.release(part);
      return Progress.BAD;
    }
    if (part instanceof HttpResponse response) {
      int code = response.status().code();
      if (code < 200) {
        return interim(response);
      }
      if (!begin(response)) {
        ReferenceCountUtil.release(part);
        return Progress.BAD;
      }
      if (!(part instanceof LastHttpContent last)) {
        head = response;
        return Progress.MORE;
      }
      count(last);
      if (!isLegal(last)) {
        status = 0;
        ReferenceCountUtil.release(part);
        return Progress.BAD;
      }
      client.write(response);
      unflushed = true;
      return Progress.COMPLETE;
    }
    return part instanceof HttpContent content ? body(content) : Progress.BAD;
  }

  /** Nothing more is at hand. */
  void flush() {
    HttpResponse unsent = head;
    if (unsent != null) {
      head = null;
      client.write(unsent);
      unflushed = true;
    }
    if (unflushed) {
      unflushed = false;
      client.flush();
    }
  }

  private Progress interim(HttpResponse response) {
    skipping = !(response instanceof LastHttpContent);
    ReferenceCountUtil.release(response);
    int code = response.status().code();
    if (code == 101) {
      return switching(response);
    }
    if (started()
        || ++interims > MOST_INTERIM
        || !ResponseFields.clean(response, client.limits().headerCount())) {
      return Progress.BAD;
    }
    unframe(response.headers());
    // nobody waits for a second 100, or for one that was not asked for
    if (!oldClient && (code != 100 || relayContinue && !continued)) {
      continued |= code == 100;
      client.write(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              response.status(),
              client.channel().alloc().buffer(0, 0),
              response.headers(),
              EmptyHttpHeaders.INSTANCE));
      unflushed = true;
    }
    return Progress.MORE;
  }

  /** RFC 9110 section 8.6 and RFC 9112 section 6.1: not in a 1xx response. */
  private static void unframe(HttpHeaders headers) {
    headers.remove(HttpHeaderNames.CONTENT_LENGTH);
    headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
  }

  private Progress switching(HttpResponse response) {
    HttpHeaders headers = response.headers();
    if (!upgrade || !headers.contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
      // to what nobody asked for
      return Progress.BAD;
    }
    if (!ResponseFields.clean(response, client.limits().headerCount())) {
      return Progress.BAD;
    }
    if (!client.mayLeave()) {
      return Progress.EARLY;
    }
    status = 101;
    unframe(headers);
    headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    client.write(
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.SWITCHING_PROTOCOLS,
            client.channel().alloc().buffer(0, 0),
            headers,
            EmptyHttpHeaders.INSTANCE));
    client.flush();
    switching = true;
    return skipping ? Progress.MORE : Progress.SWITCHED;
  }

  private Progress body(HttpContent content) {
    if (skipping) {
      // the end of an interim response
      skipping = !(content instanceof LastHttpContent);
      content.release();
      return switching && !skipping ? Progress.SWITCHED : Progress.MORE;
    }
    if (!started()) {
      content.release();
      return Progress.BAD;
    }
    count(content);
    if (!isLegal(content)) {
      content.release();
      return Progress.BAD;
    }
    HttpResponse unsent = head;
    head = null;
    unflushed = true;
    if (content instanceof LastHttpContent last) {
      if (unsent == null) {
        client.write(last);
      } else {
        client.write(
            new DefaultFullHttpResponse(
                unsent.protocolVersion(),
                unsent.status(),
                last.content(),
                unsent.headers(),
                last.trailingHeaders()));
      }
      return Progress.COMPLETE;
    }
    if (unsent != null) {
      client.write(unsent);
    }
    client.write(content);
    return Progress.MORE;
  }

  private void count(HttpContent content) {
    if (bodyless) {
      // an HTTP/2 service may send one all the same
      content.content().skipBytes(content.content().readableBytes());
    }
    bytes += content.content().readableBytes();
    if (grpc != null) {
      grpc.response(content.content());
      if (content instanceof LastHttpContent last) {
        grpc.response(last.trailingHeaders());
      }
    }
  }

  /** An HTTP/2 service may send more or less than it said, and the next hop would believe it. */
  private boolean isLegal(HttpContent part) {
    if (!bodyless && length >= 0 && bytes > length) {
      return false;
    }
    return !(part instanceof LastHttpContent last)
        || (bodyless || length < 0 || bytes == length)
            && Trailers.clean(last.trailingHeaders(), client.limits().headerCount(), Set.of());
  }

  /** False when it is no legal response. */
  private boolean begin(HttpResponse response) {
    HttpHeaders headers = response.headers();
    boolean keepAlive = HttpUtil.isKeepAlive(response);
    if (!ResponseFields.clean(response, client.limits().headerCount())) {
      return false;
    }
    status = response.status().code();
    if (grpc != null) {
      grpc.response(headers);
    }
    boolean chunked = HttpUtil.isTransferEncodingChunked(response);
    boolean sized = headers.contains(HttpHeaderNames.CONTENT_LENGTH);
    bodyless = noBody || status == 204 || status == 304;
    length = sized ? HttpUtil.getContentLength(response, -1L) : -1;
    reusable = keepAlive && (chunked || sized || bodyless);
    response.setProtocolVersion(HttpVersion.HTTP_1_1);
    if (oldClient) {
      headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    } else if (!chunked && !sized && !bodyless) {
      // its end was the end of the connection; the client's goes on
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    if (client.closesAfterResponse()) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      client.closing().afterThis();
    }
    return true;
  }
}
