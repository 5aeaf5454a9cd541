package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.upstream.UpstreamStream;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Passes one request on to the service: keeps what comes before the way there is open, and writes
 * head and body together where they come together.
 */
final class RequestRelay {
  /** Repeating these changes nothing (RFC 9110 section 9.2.2). */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE");

  private final HttpRequest head;
  private final @Nullable Set<String> rewritten;
  private final Overload overload;
  private final Parts<HttpContent> waiting = new Parts<>();
  private final SentBody sent = new SentBody();
  private boolean headUnsent = true;
  private boolean unflushed;
  private boolean complete;
  private boolean bodySent;

  /**
   * @param rewritten headers that the proxy has set or taken off, which no trailer may be; null for
   *     an HTTP/1.1 client, whose trailers go nowhere: they would be a way to hide fields
   * @param overload a body is not kept while memory is short
   */
  RequestRelay(HttpRequest head, @Nullable Set<String> rewritten, Overload overload) {
    this.head = head;
    this.rewritten = rewritten;
    this.overload = overload;
  }

  /** All of it has come from the client. */
  boolean complete() {
    return complete;
  }

  /** It can be sent once more without harm, even if the service has seen it. */
  boolean repeatable() {
    return complete && !bodySent && IDEMPOTENT.contains(head.method().name());
  }

  /** {@link #again} can send all that was sent. */
  boolean kept() {
    return sent.whole();
  }

  /** What was sent will not be sent again, or there is no memory to keep it for that. */
  void forgetSent() {
    sent.forget();
  }

  /**
   * Takes over a part of the body, or its end.
   *
   * @param stream null while there is no way to the service yet
   */
  void add(HttpContent part, @Nullable UpstreamStream stream) {
    complete |= part instanceof LastHttpContent;
    if (stream == null) {
      waiting.add(part);
    } else {
      send(stream, part);
    }
  }

  /** The way to the service is open. */
  void connected(UpstreamStream stream) {
    HttpContent part;
    while ((part = waiting.poll()) != null) {
      send(stream, part);
    }
  }

  /** The client sends nothing more for now. */
  void flush(UpstreamStream stream) {
    if (headUnsent) {
      sendHead(stream);
    }
    if (unflushed) {
      unflushed = false;
      stream.flush();
    }
  }

  /** Begins anew, for another way to the service. */
  void again() {
    headUnsent = true;
    unflushed = false;
    HttpContent all = sent.take();
    if (all != null) {
      waiting.add(all);
    }
  }

  /** Nothing more is sent. */
  void release() {
    waiting.release();
    sent.release();
  }

  private void send(UpstreamStream stream, HttpContent part) {
    bodySent |= part.content().isReadable();
    unflushed = true;
    keep(stream, part);
    if (headUnsent && part instanceof LastHttpContent last) {
      headUnsent = false;
      stream.write(
          new DefaultFullHttpRequest(
              head.protocolVersion(),
              head.method(),
              head.uri(),
              last.content(),
              head.headers(),
              trailers(stream, last)));
      return;
    }
    if (headUnsent) {
      sendHead(stream);
    }
    if (part instanceof LastHttpContent last && !last.trailingHeaders().isEmpty()) {
      trailers(stream, last);
    }
    stream.write(part);
  }

  /** Of a body, only where the service can say that it did not look at the request. */
  private void keep(UpstreamStream stream, HttpContent part) {
    if (stream.target().http2() && part.content().isReadable()) {
      sent.add(part.content(), stream.channel().alloc());
      if (overload.saving()) {
        sent.forget();
      }
    }
    if (part instanceof LastHttpContent last) {
      sent.end(last.trailingHeaders());
    }
  }

  /** Only HTTP/2 on both sides has them, for gRPC. */
  private HttpHeaders trailers(UpstreamStream stream, LastHttpContent last) {
    HttpHeaders trailers = last.trailingHeaders();
    if (!trailers.isEmpty()) {
      if (rewritten == null || !stream.target().http2()) {
        trailers.clear();
      } else {
        Trailers.clean(trailers, Integer.MAX_VALUE, rewritten);
      }
    }
    return trailers;
  }

  private void sendHead(UpstreamStream stream) {
    headUnsent = false;
    unflushed = true;
    stream.write(head);
  }
}
