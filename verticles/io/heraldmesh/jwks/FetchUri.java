package io.heraldmesh.jwks;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * An address that documents may be fetched from: https, a host, no user name. As text it is fit for
 * logs: the query, which may hold a secret, is left out.
 *
 * @param host without brackets, in lower case
 * @param target path and query
 */
record FetchUri(String host, int port, String target) {
  /** As long as Istio lets a {@code jwksUri} be. */
  static final int MAX_LENGTH = 2048;

  static FetchUri parse(String text) throws FetchFailure {
    if (text.length() > MAX_LENGTH) {
      throw new FetchFailure("address is longer than " + MAX_LENGTH + " characters");
    }
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new FetchFailure("address is not a URI");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("https")) {
      throw new FetchFailure("address is not https");
    }
    String host = uri.getHost();
    if (host == null || host.isEmpty()) {
      throw new FetchFailure("address has no host");
    }
    if (uri.getRawUserInfo() != null) {
      throw new FetchFailure("address has a user name in it");
    }
    int port = uri.getPort() >= 0 ? uri.getPort() : 443;
    if (port < 1 || port > 65535) {
      throw new FetchFailure("address has no usable port");
    }
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return new FetchUri(
        host.toLowerCase(Locale.ROOT).replaceAll("^\\[|]$", ""), port, path + query);
  }

  @Override
  public String toString() {
    int query = target.indexOf('?');
    return "https://"
        + (host.indexOf(':') < 0 ? host : "[" + host + "]")
        + ":"
        + port
        + (query < 0 ? target : target.substring(0, query));
  }
}
