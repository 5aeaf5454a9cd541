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

  /** Octets of the longest of them. */
  private static final int LONGEST = 7;

  /** Octets of a word that may yet become a method of somebody's own. */
  private static final int MOST_WORD = 32;

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
      return all || isNoMethod(in, from, word) ? FirstBytes.OTHER : FirstBytes.MORE;
    }
    if (word == from || !isSpace(in.getByte(word))) {
      return FirstBytes.OTHER;
    }
    if (word - from <= LONGEST && METHODS.contains(text(in, from, word))) {
      return FirstBytes.HTTP1;
    }
    boolean capitals = isCapitals(in, from, word);
    int end = in.indexOf(word, limit, LF);
    if (!capitals && isNoTarget(in, word, end < 0 ? limit : end)) {
      return FirstBytes.OTHER;
    }
    if (end < 0) {
      return all ? FirstBytes.HTTP1 : FirstBytes.MORE;
    }
    return namesHttp(text(in, word, end), capitals) ? FirstBytes.HTTP1 : FirstBytes.OTHER;
  }

  /** So that messages without a line end are not waited for. */
  private static boolean isNoMethod(ByteBuf in, int from, int to) {
    byte first = in.getByte(from);
    return to - from > MOST_WORD || first >= '0' && first <= '9';
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
    boolean capitals = isCapitals(in, from, word);
    if (!capitals && isNoTarget(in, word, end < 0 ? limit : end)) {
      return false;
    }
    String rest = text(in, word, end < 0 ? limit : end).strip();
    return rest.startsWith("/") || rest.contains("://") || namesHttp(rest, capitals);
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
  private static boolean isNoTarget(ByteBuf in, int from, int to) {
    boolean begun = false;
    for (int at = from; at < to; at++) {
      byte octet = in.getByte(at);
      boolean space = isSpace(octet) || octet == '\r';
      if (octet >= 0 && octet < ' ' && !space
          || !begun && octet > 0 && NO_TARGET.indexOf(octet) >= 0) {
        return true;
      }
      begun |= !space;
    }
    return false;
  }

  /**
   * Lines of other protocols quote requests. Behind a word that is not in capitals only the last
   * one counts, and only behind a target.
   */
  private static boolean namesHttp(String rest, boolean capitals) {
    String line = rest.strip().toUpperCase(Locale.ROOT);
    if (capitals) {
      return line.contains("HTTP/");
    }
    int last = line.length();
    while (last > 0 && !isSpace((byte) line.charAt(last - 1))) {
      last--;
    }
    return last > 0 && line.startsWith("HTTP/", last);
  }

  private static String text(ByteBuf in, int from, int to) {
    return in.toString(from, to - from, StandardCharsets.ISO_8859_1);
  }
}
