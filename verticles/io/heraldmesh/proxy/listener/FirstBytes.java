package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Protocol;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

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
   * HTTP's own (RFC 9110 section 9, RFC 5789). What begins with one is a request however its line
   * goes on: services may read as a request what is none, and must not get it as bytes.
   */
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

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
        yield first == HTTP1 ? ofLine(in, lineOctets) : first;
      }
    };
  }

  /** When time is up: what has begun as a request stays one, anything else is bytes. */
  static FirstBytes atLast(ByteBuf in) {
    return of(in) == HTTP1 ? HTTP1 : OTHER;
  }

  /**
   * Many protocols begin with a word in capitals and a space. Where that is no method of HTTP's
   * own, the rest of the line has to name HTTP; one that does not end is a request's.
   */
  private static FirstBytes ofLine(ByteBuf in, int most) {
    int from = in.readerIndex();
    int space = in.indexOf(from, in.writerIndex(), (byte) ' ');
    if (METHODS.contains(in.toString(from, space - from, StandardCharsets.US_ASCII))) {
      return HTTP1;
    }
    int end = in.indexOf(space, Math.min(in.writerIndex(), from + most), (byte) '\n');
    if (end < 0) {
      return in.readableBytes() < most ? MORE : HTTP1;
    }
    String rest = in.toString(space, end - space, StandardCharsets.ISO_8859_1);
    return rest.toUpperCase(Locale.ROOT).contains("HTTP/") ? HTTP1 : OTHER;
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
