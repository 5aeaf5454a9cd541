package io.heraldmesh.policy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path template, compiled. {@code {*}} stands for one segment that is not empty, {@code {**}} for
 * zero or more characters, slashes included; it is the last operator, literals may follow it.
 *
 * <p>Source: Istio {@code paths}, Envoy's URI template matcher.
 */
final class PathTemplate {
  private static final BitSet SEGMENT = new BitSet(128);

  static {
    String others = "-._~%!$&'()+,;:@=";
    for (char c = 0; c < 128; c++) {
      boolean word = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      SEGMENT.set(c, word || others.indexOf(c) >= 0);
    }
  }

  /**
   * Literals between which a {@code {*}} stands; the last one ends before {@code {**}} or at the
   * end.
   */
  private final List<String> literals;

  /** What must follow {@code {**}}; null without that operator. */
  private final @Nullable String tail;

  private PathTemplate(List<String> literals, @Nullable String tail) {
    this.literals = List.copyOf(literals);
    this.tail = tail;
  }

  /**
   * @throws IllegalArgumentException when {@code text} is not a legal template; says why
   */
  static PathTemplate parse(String text) {
    if (!text.startsWith("/")) {
      throw new IllegalArgumentException("a path template starts with '/'");
    }
    List<String> literals = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    boolean many = false;
    for (String segment : text.substring(1).split("/", -1)) {
      literal.append('/');
      boolean operator = segment.equals("{*}") || segment.equals("{**}");
      if (operator && many) {
        throw new IllegalArgumentException("{**} must be the last operator of a path template");
      }
      if (operator) {
        literals.add(literal.toString());
        literal.setLength(0);
        many = segment.equals("{**}");
      } else {
        requireLiteral(segment);
        literal.append(segment);
      }
    }
    if (!many) {
      literals.add(literal.toString());
    }
    return new PathTemplate(literals, many ? literal.toString() : null);
  }

  private static void requireLiteral(String segment) {
    for (int i = 0; i < segment.length(); i++) {
      if (!SEGMENT.get(segment.charAt(i))) {
        throw new IllegalArgumentException(
            "'" + segment.charAt(i) + "' is not allowed in a literal of a path template");
      }
    }
  }

  boolean matches(String path) {
    int at = 0;
    for (int i = 0; i < literals.size(); i++) {
      if (i > 0) {
        int end = segmentEnd(path, at, path.length(), false);
        if (end == at) {
          return false;
        }
        at = end;
      }
      String literal = literals.get(i);
      if (!path.startsWith(literal, at)) {
        return false;
      }
      at += literal.length();
    }
    if (tail == null) {
      return at == path.length();
    }
    int end = path.length() - tail.length();
    return end >= at && path.endsWith(tail) && segmentEnd(path, at, end, true) == end;
  }

  private static int segmentEnd(String path, int from, int limit, boolean slashes) {
    int at = from;
    while (at < limit && (SEGMENT.get(path.charAt(at)) || slashes && path.charAt(at) == '/')) {
      at++;
    }
    return at;
  }
}
