package io.heraldmesh.jwt;

import java.util.Locale;

/**
 * Why a token is refused. Texts are Envoy's where Envoy has one, because users search for them; the
 * peer sees the text, operators the {@link #code}.
 */
public enum TokenRefusal {
  TOO_LARGE("Jwt is too large"),
  TOO_MANY_TOKENS("Found multiple Jwt tokens"),
  MALFORMED("Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections"),
  HEADER_ENCODING("Jwt header is an invalid Base64url encoded"),
  PAYLOAD_ENCODING("Jwt payload is an invalid Base64url encoded"),
  SIGNATURE_ENCODING("Jwt signature is an invalid Base64url encoded"),
  HEADER_JSON("Jwt header is an invalid JSON"),
  ALG_MISSING("Jwt header [alg] field is required and must be a string"),
  ALG_UNSUPPORTED("Jwt header [alg] is not supported"),
  CRIT_UNSUPPORTED("Jwt header [crit] is not supported"),
  B64_UNSUPPORTED("Jwt header [b64] is not supported"),
  ZIP_UNSUPPORTED("Jwt header [zip] is not supported"),
  KID_TYPE("Jwt header [kid] field is not a string"),
  PAYLOAD_JSON("Jwt payload is an invalid JSON"),
  ISS_TYPE("Jwt payload [iss] field is not a string"),
  SUB_TYPE("Jwt payload [sub] field is not a string"),
  JTI_TYPE("Jwt payload [jti] field is not a string"),
  IAT_TYPE("Jwt payload [iat] field is not an integer"),
  NBF_TYPE("Jwt payload [nbf] field is not an integer"),
  EXP_TYPE("Jwt payload [exp] field is not an integer"),
  IAT_RANGE("Jwt payload [iat] field is not a positive 64 bit integer"),
  NBF_RANGE("Jwt payload [nbf] field is not a positive 64 bit integer"),
  EXP_RANGE("Jwt payload [exp] field is not a positive 64 bit integer"),
  AUD_TYPE("Jwt payload [aud] field is not a string or string list"),
  ISSUER_UNKNOWN("Jwt issuer is not configured"),
  EXP_MISSING("Jwt payload [exp] field is required"),
  EXPIRED("Jwt is expired"),
  NOT_YET_VALID("Jwt not yet valid"),
  AUDIENCE("Audiences in Jwt are not allowed"),
  KEYS_NEVER_FETCHED("Jwks remote fetch is failed"),
  NO_USABLE_KEY("Jwks doesn't have any valid public key"),
  KEY_UNKNOWN("Jwks doesn't have key to match kid or alg from Jwt"),
  SIGNATURE("Jwt verification fails");

  private final String body;

  TokenRefusal(String body) {
    this.body = body;
  }

  /** What the peer is told, as {@code text/plain}. */
  public String body() {
    return body;
  }

  /**
   * 401; 403 when only the audience is wrong; 503 when keys are needed and were never fetched,
   * which is no fault of the caller.
   */
  public int status() {
    return switch (this) {
      case AUDIENCE -> 403;
      case KEYS_NEVER_FETCHED -> 503;
      case TOO_LARGE,
          TOO_MANY_TOKENS,
          MALFORMED,
          HEADER_ENCODING,
          PAYLOAD_ENCODING,
          SIGNATURE_ENCODING,
          HEADER_JSON,
          ALG_MISSING,
          ALG_UNSUPPORTED,
          CRIT_UNSUPPORTED,
          B64_UNSUPPORTED,
          ZIP_UNSUPPORTED,
          KID_TYPE,
          PAYLOAD_JSON,
          ISS_TYPE,
          SUB_TYPE,
          JTI_TYPE,
          IAT_TYPE,
          NBF_TYPE,
          EXP_TYPE,
          IAT_RANGE,
          NBF_RANGE,
          EXP_RANGE,
          AUD_TYPE,
          ISSUER_UNKNOWN,
          EXP_MISSING,
          EXPIRED,
          NOT_YET_VALID,
          NO_USABLE_KEY,
          KEY_UNKNOWN,
          SIGNATURE ->
          401;
    };
  }

  /** A stable word for logs and metrics: {@code jwt_expired}. */
  public String code() {
    return "jwt_" + name().toLowerCase(Locale.ROOT);
  }
}
