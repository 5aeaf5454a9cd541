package io.heraldmesh.proxy.log;

/** Envoy's short words for what went wrong, which Istio's dashboards and log parsers know. */
final class ResponseFlag {
  static final String NONE = "-";

  private ResponseFlag() {}

  /**
   * @param flag of {@link AccessEntry#flag}
   */
  static String of(String flag) {
    return switch (flag) {
      case NONE, "withdrawn" -> NONE;
      case "upstream_connect_failed",
          "upstream_address_refused",
          "upstream_tls_failed",
          "upstream_identity_refused",
          "no_credentials" ->
          "UF";
      case "upstream_reset" -> "UC";
      case "upstream_timeout" -> "UT";
      case "upstream_bad_response" -> "UPE";
      case "no_route" -> "NR";
      case "no_endpoint" -> "UH";
      case "upstream_overflow" -> "UO";
      case "client_gone" -> "DC";
      case "request_timeout", "idle" -> "SI";
      case "no_policy" -> "NC";
      case "overloaded" -> "OM";
      default -> NONE;
    };
  }
}
