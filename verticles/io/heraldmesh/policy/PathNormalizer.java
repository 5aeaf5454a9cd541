package io.heraldmesh.policy;

/**
 * The steps of {@link PathNormalization}, each applied once: percent-decoding, dot segments,
 * doubled slashes. What one step leaves is never decoded again, here or in effect: an escape that
 * decoding would newly form stays as it was written.
 */
final class PathNormalizer {
  private PathNormalizer() {}

  /**
   * @param path starts with {@code /}
   * @param mode anything but NONE
   */
  static String normalize(String path, PathNormalization mode) {
    boolean merge = mode != PathNormalization.BASE;
    if (isNormal(path, merge)) {
      return path;
    }
    String decoded = decode(path, mode == PathNormalization.DECODE_AND_MERGE_SLASHES);
    String plain = removeDotSegments(decoded);
    return merge ? mergeSlashes(plain) : plain;
  }

  private static boolean isNormal(String path, boolean merge) {
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '%' || c == '\\') {
        return false;
      }
      if (c == '/' && i + 1 < path.length()) {
        char next = path.charAt(i + 1);
        if (next == '.' || merge && next == '/') {
          return false;
        }
      }
    }
    return true;
  }

  /** Backslash to slash, unreserved characters decoded (RFC 3986, 6.2.2.2), slashes if asked. */
  private static String decode(String path, boolean slashes) {
    StringBuilder out = new StringBuilder(path.length());
    int dangling = -3;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      int value = c == '%' ? escape(path, i) : -1;
      if (c != '%') {
        out.append(c == '\\' ? '/' : c);
      } else if (value < 0) {
        dangling = out.length();
        out.append('%');
      } else if (slashes && (value == '/' || value == '\\')) {
        out.append('/');
        i += 2;
      } else if (unreserved(value) && !formsEscape(out, dangling, value)) {
        out.append((char) value);
        i += 2;
      } else {
        out.append(path, i, i + 3);
        i += 2;
      }
    }
    return out.toString();
  }

  /** Value of the escape at {@code at}, −1 when two hex digits do not follow. */
  private static int escape(String path, int at) {
    if (at + 2 >= path.length()) {
      return -1;
    }
    int high = hex(path.charAt(at + 1));
    int low = hex(path.charAt(at + 2));
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  /** Whether {@code value}, appended, would complete a lone percent sign to an escape. */
  private static boolean formsEscape(StringBuilder out, int dangling, int value) {
    int after = out.length() - dangling;
    if (after > 2 || hex((char) value) < 0) {
      return false;
    }
    return after == 1 || hex(out.charAt(dangling + 1)) >= 0;
  }

  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  private static boolean unreserved(int c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }

  /** RFC 3986, 5.2.4; an empty segment counts as one. */
  private static String removeDotSegments(String path) {
    StringBuilder out = new StringBuilder(path.length());
    int start = 1;
    while (start <= path.length()) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      boolean up = end - start == 2 && path.startsWith("..", start);
      boolean here = end - start == 1 && path.charAt(start) == '.';
      if (up) {
        out.setLength(Math.max(0, out.lastIndexOf("/")));
      }
      if (!up && !here) {
        out.append('/').append(path, start, end);
      } else if (slash < 0) {
        out.append('/');
      }
      start = end + 1;
    }
    return out.toString();
  }

  private static String mergeSlashes(String path) {
    StringBuilder out = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '/' || out.isEmpty() || out.charAt(out.length() - 1) != '/') {
        out.append(c);
      }
    }
    return out.toString();
  }
}
