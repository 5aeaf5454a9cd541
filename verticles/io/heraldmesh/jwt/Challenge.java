package io.heraldmesh.jwt;

/**
 * The {@code www-authenticate} value that goes with a refused token (RFC 6750 section 3), in
 * Envoy's form: {@code Bearer realm="https://host/path", error="invalid_token"}.
 */
public final class Challenge {
  /** Characters of the realm, at most. */
  public static final int MAX_REALM_LENGTH = 256;

  private Challenge() {}

  /**
   * For a token that was refused. All three parts come from the peer: what could end the quoted
   * string or the header line is left out, and so is the query, which may hold a token.
   */
  public static String invalidToken(String scheme, String host, String path) {
    return missingToken(scheme, host, path) + ", error=\"invalid_token\"";
  }

  /** For a request that needs a token and has none (RFC 6750 section 3.1: then no error code). */
  public static String missingToken(String scheme, String host, String path) {
    int query = path.indexOf('?');
    String realm = scheme + "://" + host + (query < 0 ? path : path.substring(0, query));
    StringBuilder safe = new StringBuilder("Bearer realm=\"");
    int length = 0;
    for (int i = 0; i < realm.length() && length < MAX_REALM_LENGTH; i++) {
      char c = realm.charAt(i);
      if (c > ' ' && c <= '~' && c != '"' && c != '\\') {
        safe.append(c);
        length++;
      }
    }
    return safe.append('"').toString();
  }
}
