package io.heraldmesh.policy;

/**
 * Header fields that a proxy must not just pass on. Names are compared without case, and every mark
 * counts as {@code -}: applications that get them as variables of an environment ({@code
 * HTTP_HOST}) cannot tell {@code -}, {@code _} and, with some servers, {@code .} apart.
 */
public enum HeaderField {
  HOST,
  CONTENT_LENGTH,
  TRANSFER_ENCODING,
  CONNECTION,
  EXPECT,
  TE,
  UPGRADE,
  /** Meant for the next hop only (RFC 9110 section 7.6.1). */
  HOP_BY_HOP,
  /** Says who called and how; only a proxy may say so. */
  OWNED,
  /** {@code x-request-id}. */
  REQUEST_ID,
  OTHER;

  public static HeaderField of(CharSequence name) {
    return switch (name.length()) {
      case 2 -> same(name, "te") ? TE : OTHER;
      case 4 -> same(name, "host") ? HOST : OTHER;
      case 6 -> same(name, "expect") ? EXPECT : OTHER;
      case 7 -> same(name, "upgrade") ? UPGRADE : same(name, "trailer") ? HOP_BY_HOP : OTHER;
      case 9 -> same(name, "x-real-ip") || same(name, "forwarded") ? OWNED : prefixed(name);
      case 10 ->
          same(name, "connection")
              ? CONNECTION
              : same(name, "keep-alive") ? HOP_BY_HOP : prefixed(name);
      case 12 -> same(name, "x-request-id") ? REQUEST_ID : prefixed(name);
      case 14 ->
          same(name, "content-length")
              ? CONTENT_LENGTH
              : same(name, "http2-settings") ? HOP_BY_HOP : prefixed(name);
      case 15 -> same(name, "x-forwarded-for") ? OWNED : prefixed(name);
      case 16 ->
          same(name, "x-forwarded-host") || same(name, "x-forwarded-port")
              ? OWNED
              : same(name, "proxy-connection") ? HOP_BY_HOP : prefixed(name);
      case 17 ->
          same(name, "transfer-encoding")
              ? TRANSFER_ENCODING
              : same(name, "x-forwarded-proto") ? OWNED : prefixed(name);
      case 18 ->
          same(name, "proxy-authenticate") || same(name, "x-forwarded-scheme")
              ? HOP_BY_HOP
              : prefixed(name);
      case 19 -> same(name, "proxy-authorization") ? HOP_BY_HOP : prefixed(name);
      case 23 -> same(name, "x-forwarded-client-cert") ? OWNED : prefixed(name);
      default -> prefixed(name);
    };
  }

  /**
   * A proxy takes it off a request before policy looks at it. {@code Upgrade} goes too, but policy
   * is told of it.
   */
  public boolean isTakenOff() {
    return switch (this) {
      case CONNECTION, TE, HOP_BY_HOP, OWNED -> true;
      case HOST, CONTENT_LENGTH, TRANSFER_ENCODING, EXPECT, UPGRADE, REQUEST_ID, OTHER -> false;
    };
  }

  /** {@code x-envoy-…} steers proxies; {@code x-http2-…} is the HTTP/2 codec's own bookkeeping. */
  private static HeaderField prefixed(CharSequence name) {
    return starts(name, "x-envoy-") || starts(name, "x-http2-") ? OWNED : OTHER;
  }

  private static boolean same(CharSequence name, String lower) {
    return name.length() == lower.length() && starts(name, lower);
  }

  private static boolean starts(CharSequence name, String lower) {
    if (name.length() < lower.length()) {
      return false;
    }
    for (int i = 0; i < lower.length(); i++) {
      char c = name.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        c = (char) (c + ('a' - 'A'));
      } else if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
        c = '-';
      }
      if (c != lower.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The name in lower case with every mark as {@code -}: as {@link #of} compares names. */
  public static String canonical(CharSequence name) {
    StringBuilder plain = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        plain.append((char) (c + ('a' - 'A')));
      } else {
        plain.append(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' ? c : '-');
      }
    }
    return plain.toString();
  }

  /** The name has a mark other than {@code -}, so that some would take it for another. */
  public static boolean isOdd(CharSequence name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean plain =
          c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-';
      if (!plain) {
        return true;
      }
    }
    return false;
  }
}
