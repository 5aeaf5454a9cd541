package io.heraldmesh.policy;

import java.net.InetAddress;
import java.util.Locale;

/**
 * Host or {@code :authority} as policies compare it: lower case, without a trailing dot.
 *
 * @param full host with the port, if one was sent
 * @param host host alone
 */
record Authority(String full, String host) {

  /**
   * True for a host with an optional port, and for the empty text; false for anything that another
   * parser might read as a different host: user info, white space, separators, escapes, empty
   * labels.
   */
  static boolean isLegal(String text) {
    boolean literal = text.startsWith("[");
    int colon = portColon(text);
    int end = colon < 0 ? text.length() : colon;
    if (text.startsWith(".") || text.contains("..")) {
      return false;
    }
    if (colon == 0 || literal && !isAddress(text.substring(0, end))) {
      return false;
    }
    for (int i = 0; i < (literal ? 0 : end); i++) {
      char c = text.charAt(i);
      boolean word = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!word && "-._~!$&'()*+;=".indexOf(c) < 0) {
        return false;
      }
    }
    for (int i = end + 1; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static boolean isAddress(String bracketed) {
    if (!bracketed.endsWith("]")
        || bracketed.lastIndexOf('[') > 0
        || bracketed.indexOf(':') < 0
        || bracketed.indexOf('%') >= 0) {
      return false;
    }
    try {
      InetAddress.ofLiteral(bracketed.substring(1, bracketed.length() - 1));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static Authority of(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    int colon = portColon(lower);
    String host = withoutDot(colon < 0 ? lower : lower.substring(0, colon));
    if (colon < 0) {
      return new Authority(host, host);
    }
    return new Authority(host.length() == colon ? lower : host + lower.substring(colon), host);
  }

  private static String withoutDot(String host) {
    int end = host.length();
    while (end > 0 && host.charAt(end - 1) == '.') {
      end--;
    }
    return host.substring(0, end);
  }

  /** Where the port begins; −1 without one. */
  private static int portColon(String text) {
    int colon = text.lastIndexOf(':');
    return colon > text.lastIndexOf(']') ? colon : -1;
  }
}
