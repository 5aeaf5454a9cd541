package io.heraldmesh.proxy.upstream;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How heavy the messages between one workload and one destination are: the mean of what the bodies
 * of a request and its response have together, in which later ones count more. Thread-safe; of two
 * that end at the same moment one may be left out.
 */
final class Weight {
  /** What one frame of HTTP/2 carries, unless both sides say otherwise (RFC 9113 section 4.2). */
  static final int FRAME = 16 * 1024;

  /** What one message counts for at most, in octets. */
  static final int MOST = 1024 * 1024;

  /** The latest is one part of so many in the mean. */
  private static final int PARTS = 16;

  private final AtomicInteger mean = new AtomicInteger();

  /** Octets of a body that {@code part} of a message carries. */
  static int of(HttpObject part) {
    return part instanceof HttpContent content ? content.content().readableBytes() : 0;
  }

  /** A request and its response are over. */
  void add(long octets) {
    int before = mean.getOpaque();
    int change = ((int) Math.min(octets, MOST) - before) / PARTS;
    if (change != 0) {
      mean.setOpaque(before + change);
    }
  }

  /** Most of them need several frames, which hold up those of others on the same connection. */
  boolean heavy() {
    return mean.getOpaque() > FRAME;
  }
}
