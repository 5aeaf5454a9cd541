package io.heraldmesh.proxy.listener;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out, without taking it, whom the first request of an HTTP/1 connection may be for. It
 * offers every host that anybody could read in it; whoever then takes the request for one of the
 * mesh parses it again, strictly.
 */
final class HostPeek {
  private final int most;
  private final List<Authority> hosts = new ArrayList<>();
  private int searched;

  /**
   * @param most bytes of a head that are waited for
   */
  HostPeek(int most) {
    this.most = most;
  }

  /** Whether the head is there, or as much as is waited for; call it whenever there is more. */
  boolean complete(ByteBuf in) {
    int begin = FirstLine.begin(in, in.writerIndex()) - in.readerIndex();
    int end = end(in, begin);
    if (end < 0 && in.readableBytes() < most) {
      return false;
    }
    int length = Math.max(begin, Math.min(end < 0 ? most : end, most)) - begin;
    String head = in.toString(in.readerIndex() + begin, length, StandardCharsets.ISO_8859_1);
    hosts.clear();
    head.lines().forEach(line -> add(hostOf(line)));
    int targetEnd = head.indexOf('\n');
    add(targetOf(targetEnd < 0 ? head : head.substring(0, targetEnd)));
    return true;
  }

  /** All that were found. */
  List<Authority> hosts() {
    return hosts;
  }

  /**
   * Where the head ends; −1: it has no end yet. Where an empty line begins it ends, but for those
   * before it.
   */
  private int end(ByteBuf in, int begin) {
    for (int i = Math.max(begin, searched); i < in.readableBytes(); i++) {
      if (in.getByte(in.readerIndex() + i) == '\n' && isEmptyLine(in, i + 1)) {
        return i + 1;
      }
    }
    searched = in.readableBytes() - 2;
    return -1;
  }

  private static boolean isEmptyLine(ByteBuf in, int at) {
    int left = in.readableBytes() - at;
    byte first = left < 1 ? 0 : in.getByte(in.readerIndex() + at);
    return first == '\n'
        || left >= 2 && first == '\r' && in.getByte(in.readerIndex() + at + 1) == '\n';
  }

  private static @Nullable String hostOf(String line) {
    int colon = line.indexOf(':');
    return colon > 0 && line.substring(0, colon).strip().equalsIgnoreCase("host")
        ? line.substring(colon + 1)
        : null;
  }

  /** Of {@code GET http://host/path HTTP/1.1} and {@code CONNECT host:port HTTP/1.1}. */
  private static @Nullable String targetOf(String requestLine) {
    String[] words = requestLine.split(" ", 3);
    if (words.length < 2) {
      return null;
    }
    int scheme = words[1].indexOf("://");
    if (scheme < 0) {
      return words[1].startsWith("/") ? null : words[1];
    }
    String rest = words[1].substring(scheme + 3);
    int end = 0;
    while (end < rest.length() && "/?#".indexOf(rest.charAt(end)) < 0) {
      end++;
    }
    return rest.substring(0, end);
  }

  private void add(@Nullable String text) {
    Authority host = text == null ? null : Authority.parse(text.strip());
    if (host != null) {
      hosts.add(host);
    }
  }
}
