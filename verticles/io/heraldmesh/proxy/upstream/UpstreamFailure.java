package io.heraldmesh.proxy.upstream;

/**
 * Why a target could not be reached.
 *
 * @param flag a stable word for logs and metrics
 * @param detail for operators
 * @param elsewhere nothing of the request was sent, nor was it refused: another endpoint may take
 *     it
 */
public record UpstreamFailure(String flag, String detail, boolean elsewhere) {
  public static final String CONNECT_FAILED = "upstream_connect_failed";
  public static final String ADDRESS_REFUSED = "upstream_address_refused";
  public static final String TLS_FAILED = "upstream_tls_failed";
  public static final String IDENTITY_REFUSED = "upstream_identity_refused";
  public static final String NO_CREDENTIALS = "no_credentials";
  public static final String RESET = "upstream_reset";
  public static final String TIMEOUT = "upstream_timeout";
  public static final String BAD_RESPONSE = "upstream_bad_response";
  public static final String NO_ROUTE = "no_route";
  public static final String NO_ENDPOINT = "no_endpoint";

  /** Connections to this endpoint cannot be shared; the request can have one to itself. */
  public static final String NOT_SHARED = "not_shared";

  /** The head of the request is longer than the server said that it takes. */
  public static final String HEAD_TOO_LONG = "head_too_long";

  public static final String OVERFLOW = "upstream_overflow";

  public UpstreamFailure(String flag, String detail) {
    this(flag, detail, flag.equals(CONNECT_FAILED));
  }

  /** Whether the endpoint that was called is to blame. */
  public static boolean isEndpoints(String flag) {
    return switch (flag) {
      case CONNECT_FAILED, TLS_FAILED, IDENTITY_REFUSED, RESET, TIMEOUT, BAD_RESPONSE -> true;
      default -> false;
    };
  }
}
