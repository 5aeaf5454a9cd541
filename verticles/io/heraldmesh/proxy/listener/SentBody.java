package io.heraldmesh.proxy.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What has been sent of a request's body, for the case that the other side says it did not look at
 * it (RFC 9113 sections 6.8 and 8.7). A copy, since a slice of a few octets would keep the whole
 * buffer it came in. Belongs to one event loop.
 */
final class SentBody {
  /** Of a longer body nothing is kept. */
  static final int MOST = 64 * 1024;

  private @Nullable ByteBuf octets;
  private @Nullable HttpHeaders trailers;
  private boolean lost;

  /** {@code part} is about to be sent. */
  void add(ByteBuf part, ByteBufAllocator alloc) {
    int more = part.readableBytes();
    if (lost) {
      return;
    }
    ByteBuf so = octets;
    if (more > MOST - (so == null ? 0 : so.readableBytes())) {
      lose();
      return;
    }
    if (so == null) {
      so = alloc.buffer(more, MOST);
      octets = so;
    }
    so.writeBytes(part, part.readerIndex(), more);
  }

  /** The end is about to be sent. */
  void end(HttpHeaders last) {
    trailers = last;
  }

  /** {@link #take} has all that was sent. */
  boolean whole() {
    return !lost;
  }

  /** All that was sent, with its reference; null when that was nothing. Begins anew. */
  @Nullable HttpContent take() {
    ByteBuf so = octets;
    HttpHeaders last = trailers;
    octets = null;
    trailers = null;
    if (last != null) {
      return new DefaultLastHttpContent(so == null ? Unpooled.EMPTY_BUFFER : so, last);
    }
    return so == null ? null : new DefaultHttpContent(so);
  }

  /** A body that was sent is not kept any longer. */
  void forget() {
    if (octets != null) {
      lose();
    }
  }

  private void lose() {
    lost = true;
    release();
  }

  void release() {
    if (octets != null) {
      octets.release();
      octets = null;
    }
  }
}
