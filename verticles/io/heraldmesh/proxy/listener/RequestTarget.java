package io.heraldmesh.proxy.listener;

import org.jspecify.annotations.Nullable;

/**
 * The request target in its four forms (RFC 9112 section 3.2).
 *
 * @param form how it was written
 * @param origin path and query; for an absolute form without both {@code /}, and {@code *} where
 *     the method is OPTIONS (RFC 9112 section 3.2.4)
 * @param authority of the absolute and authority forms, else null
 */
record RequestTarget(Form form, String origin, @Nullable String authority) {

  enum Form {
    ORIGIN,
    ABSOLUTE,
    AUTHORITY,
    ASTERISK
  }

  /**
   * Null when {@code written} is no legal target of {@code method}. A fragment is dropped: no
   * server should get one, and services read it differently.
   */
  static @Nullable RequestTarget parse(String method, String written) {
    int fragment = written.indexOf('#');
    String text = fragment < 0 ? written : written.substring(0, fragment);
    if (!isClean(text) || !isClean(written)) {
      return null;
    }
    if (method.equals("CONNECT")) {
      return new RequestTarget(Form.AUTHORITY, "", text);
    }
    if (text.startsWith("/")) {
      return new RequestTarget(Form.ORIGIN, text, null);
    }
    if (text.equals("*")) {
      return method.equals("OPTIONS") ? new RequestTarget(Form.ASTERISK, text, null) : null;
    }
    if (!text.regionMatches(true, 0, "http://", 0, 7)) {
      return null;
    }
    int end = 7;
    while (end < text.length() && "/?".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    String rest = text.substring(end);
    String origin = rest.startsWith("/") ? rest : "/" + rest;
    if (rest.isEmpty() && method.equals("OPTIONS")) {
      origin = "*";
    }
    return new RequestTarget(Form.ABSOLUTE, origin, text.substring(7, end));
  }

  /** No control, no space, nothing beyond ASCII: each reads differently somewhere. */
  private static boolean isClean(String text) {
    if (text.isEmpty()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c >= 0x7f) {
        return false;
      }
    }
    return true;
  }
}
