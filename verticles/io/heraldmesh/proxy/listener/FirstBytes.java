package io.heraldmesh.proxy.listener;

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

  /** Looks without consuming: a method in capitals and a space is taken for HTTP/1. */
  static FirstBytes of(ByteBuf in) {
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
