package io.heraldmesh.conformance.live;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the words of a case tell its client to do. */
sealed interface Http2Script {

  /**
   * Sends one request.
   *
   * @param fields of the head, names and values in turn
   * @param trailers the same, behind a body; empty: there is none
   */
  record Request(List<String> fields, List<String> trailers) implements Http2Script {}

  /** Names a table entry of {@code size} octets very often in one block. */
  record Bomb(int size, int references) implements Http2Script {}

  /** Offers the largest table there is, and then changes the size of its own. */
  record Table() implements Http2Script {}

  /** Asks for {@code bytes} on each of {@code streams} and takes none. */
  record Stalled(int streams, int bytes) implements Http2Script {}

  int KIB = 1024;

  Pattern BOMB = Pattern.compile("(\\d+) KiB table entry referenced ([\\d ]+) times in one block");
  String TABLE = "SETTINGS_HEADER_TABLE_SIZE 4 GiB then updates";
  Pattern STALLED =
      Pattern.compile("(\\d+) streams of (\\d+) MiB replies with window 0 for \\d+ s");
  Pattern REQUEST = Pattern.compile("request with (.+)");
  Pattern NO_AUTHORITY = Pattern.compile("no :authority, (.*)");
  Pattern TRAILERS = Pattern.compile("(:[a-z]+) in trailers");
  Pattern EXTENDED = Pattern.compile(":protocol (\\S+) not enabled");
  Pattern PSEUDO = Pattern.compile("(:method|:scheme|:path|:authority) (?:(empty)|\"(.*)\"|(.+))");
  Pattern FIELD = Pattern.compile("([^:].*?): (.*)", Pattern.DOTALL);

  /** Null for words that mean nothing here. */
  static @Nullable Http2Script of(String words) {
    Matcher bomb = BOMB.matcher(words);
    if (bomb.matches()) {
      // an entry takes 32 octets more than its name and value (RFC 7541 section 4.1)
      return new Bomb(
          Integer.parseInt(bomb.group(1)) * KIB - 1 - 32,
          Integer.parseInt(bomb.group(2).replace(" ", "")));
    }
    Matcher stalled = STALLED.matcher(words);
    if (stalled.matches()) {
      return new Stalled(
          Integer.parseInt(stalled.group(1)), Integer.parseInt(stalled.group(2)) * KIB * KIB);
    }
    if (words.equals(TABLE)) {
      return new Table();
    }
    Matcher request = REQUEST.matcher(words);
    return request.matches() ? request(unescaped(request.group(1))) : null;
  }

  /** The head of a good request. */
  static List<String> good(String path) {
    return List.of(":method", "GET", ":scheme", "http", ":path", path, ":authority", "a.test");
  }

  private static @Nullable Http2Script request(String what) {
    Matcher noAuthority = NO_AUTHORITY.matcher(what);
    if (noAuthority.matches()) {
      return field(noAuthority.group(1), good("/ok").subList(0, 6));
    }
    Matcher trailers = TRAILERS.matcher(what);
    if (trailers.matches()) {
      return new Request(
          with(good("/ok"), ":method", "POST"), List.of(trailers.group(1), "/smuggled-trailer"));
    }
    Matcher extended = EXTENDED.matcher(what);
    if (extended.matches()) {
      List<String> fields = new ArrayList<>(with(good("/ok"), ":method", "CONNECT"));
      fields.addAll(2, List.of(":protocol", extended.group(1)));
      return new Request(fields, List.of());
    }
    Matcher pseudo = PSEUDO.matcher(what);
    if (pseudo.matches()) {
      return new Request(with(good("/ok"), pseudo.group(1), value(pseudo)), List.of());
    }
    return field(what, good("/ok"));
  }

  private static @Nullable Http2Script field(String line, List<String> before) {
    Matcher field = FIELD.matcher(line);
    if (!field.matches()) {
      return null;
    }
    List<String> fields = new ArrayList<>(before);
    fields.add(field.group(1));
    fields.add(field.group(2));
    return new Request(fields, List.of());
  }

  private static String value(Matcher pseudo) {
    if (pseudo.group(2) != null) {
      return "";
    }
    return pseudo.group(3) == null ? pseudo.group(4) : pseudo.group(3);
  }

  private static List<String> with(List<String> fields, String name, String value) {
    List<String> changed = new ArrayList<>(fields);
    changed.set(fields.indexOf(name) + 1, value);
    return changed;
  }

  private static String unescaped(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
  }
}
