package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Protocol;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Tells by its first bytes what a client speaks. */
enum FirstBytes {
  /** Too few to tell. */
  MORE,
  HTTP1,
  /** The HTTP/2 connection preface (RFC 9113 section 3.4). */
  HTTP2,
  OTHER;

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Longest method that is looked for. */
  private static final int MOST = 24;

  /**
   * Looks without consuming, as far as the port leaves it open.
   *
   * @param lineOctets longest request line
   */
  static FirstBytes on(Protocol port, ByteBuf in, int lineOctets) {
    return switch (port) {
      case TCP -> OTHER;
      case HTTP, HTTP2 -> of(in);
      case AUTO -> {
        FirstBytes first = of(in);
        yield first == HTTP1 || first == OTHER ? FirstLine.of(in, lineOctets) : first;
      }
    };
  }

  /** When time is up: what has begun as a request stays one, anything else is bytes. */
  static FirstBytes atLast(ByteBuf in) {
    return switch (of(in)) {
      case HTTP1 -> HTTP1;
      case OTHER -> FirstLine.begun(in) ? HTTP1 : OTHER;
      case MORE, HTTP2 -> OTHER;
    };
  }

  /** Looks without consuming: a method in capitals and a space is taken for HTTP/1. */
  private static FirstBytes of(ByteBuf in) {
    int from = in.readerIndex();
    int length = in.readableBytes();
    int same = 0;
    while (same < Math.min(length, PREFACE.length) && in.getByte(from + same) == PREFACE[same]) {
      same++;
    }
    if (same == PREFACE.length) {
      return HTTP2;
    }
    if (same == length) {
      return MORE;
    }
    for (int i = 0; i < Math.min(length, MOST); i++) {
      byte b = in.getByte(from + i);
      if (b == ' ') {
        return i >= 3 ? HTTP1 : OTHER;
      }
      if ((b < 'A' || b > 'Z') && b != '-') {
        return OTHER;
      }
    }
    return length < MOST ? MORE : OTHER;
  }
}
