package io.heraldmesh.proxy.listener;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * The first line of a client, as a service reads it that is less strict than a proxy: after empty
 * lines, with any token for a method and any white space behind it (RFC 9112 sections 2.2 and 3).
 * Looks without consuming.
 */
final class FirstLine {
  /**
   * HTTP's own (RFC 9110 section 9, RFC 5789). What begins with one is a request however its line
   * goes on: services may read as a request what is none, and must not get it as bytes.
   */
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

  /** What ends a token, besides controls and white space (RFC 9110 section 5.6.2). */
  private static final String DELIMITERS = "\"(),/:;<=>?@[\\]{}";

  /** What no request target begins with: it is in no URI (RFC 3986 section 2). */
  private static final String NO_TARGET = "\"<>^`{|}";

  private static final byte LF = '\n';

  private FirstLine() {}

  /**
   * Many protocols begin with a word and a space. Where that is no method of HTTP's own, the rest
   * of the line has to name HTTP; one that does not end is a request's.
   *
   * @param most octets of a line that are waited for
   */
  static FirstBytes of(ByteBuf in, int most) {
    int limit = in.readerIndex() + Math.min(in.readableBytes(), most);
    boolean all = in.readableBytes() >= most;
    int from = begin(in, limit);
    if (from == limit) {
      return all ? FirstBytes.HTTP1 : FirstBytes.MORE;
    }
    int word = endOfWord(in, from, limit);
    if (word == limit) {
      return all ? FirstBytes.OTHER : FirstBytes.MORE;
    }
    if (word == from || !isSpace(in.getByte(word))) {
      return FirstBytes.OTHER;
    }
    if (METHODS.contains(text(in, from, word))) {
      return FirstBytes.HTTP1;
    }
    int end = in.indexOf(word, limit, LF);
    String rest = text(in, word, end < 0 ? limit : end);
    if (namesHttp(rest)) {
      return FirstBytes.HTTP1;
    }
    if (end >= 0 || !isCapitals(in, from, word) && isNoTarget(rest)) {
      return FirstBytes.OTHER;
    }
    return all ? FirstBytes.HTTP1 : FirstBytes.MORE;
  }

  /** Whether what is here of it has the beginnings of a request line: a token and a target. */
  static boolean begun(ByteBuf in) {
    int limit = in.writerIndex();
    int from = begin(in, limit);
    int word = endOfWord(in, from, limit);
    if (word == from || word == limit || !isSpace(in.getByte(word))) {
      return false;
    }
    int end = in.indexOf(word, limit, LF);
    String rest = text(in, word, end < 0 ? limit : end).strip();
    return rest.startsWith("/") || rest.contains("://") || namesHttp(rest);
  }

  /** Where the first octet is that is no empty line's, before {@code limit}. */
  static int begin(ByteBuf in, int limit) {
    int at = in.readerIndex();
    while (at < limit && isBefore(in.getByte(at))) {
      at++;
    }
    return at;
  }

  private static boolean isBefore(byte octet) {
    return octet == '\r' || octet == LF || octet == ' ' || octet == '\t';
  }

  private static int endOfWord(ByteBuf in, int from, int limit) {
    int at = from;
    while (at < limit && isToken(in.getByte(at))) {
      at++;
    }
    return at;
  }

  private static boolean isToken(byte octet) {
    return octet > ' ' && octet < 0x7f && DELIMITERS.indexOf(octet) < 0;
  }

  /** Between the words of a line; VT and FF are for lenient readers. */
  private static boolean isSpace(byte octet) {
    return octet == ' ' || octet == '\t' || octet == 0x0b || octet == 0x0c;
  }

  private static boolean isCapitals(ByteBuf in, int from, int to) {
    for (int at = from; at < to; at++) {
      byte octet = in.getByte(at);
      if ((octet < 'A' || octet > 'Z') && octet != '-') {
        return false;
      }
    }
    return true;
  }

  /** So that protocols whose messages have no line end are not waited for. */
  private static boolean isNoTarget(String rest) {
    if (rest.chars().anyMatch(c -> c < ' ' && c != '\r' && !isSpace((byte) c))) {
      return true;
    }
    String target = rest.strip();
    return !target.isEmpty() && NO_TARGET.indexOf(target.charAt(0)) >= 0;
  }

  private static boolean namesHttp(String rest) {
    return rest.toUpperCase(Locale.ROOT).contains("HTTP/");
  }

  private static String text(ByteBuf in, int from, int to) {
    return in.toString(from, to - from, StandardCharsets.ISO_8859_1);
  }
}
