package io.heraldmesh.jwt;

/** What became of one token. */
public sealed interface TokenResult {

  /** It passed every check of one rule. */
  record Verified(VerifiedToken token) implements TokenResult {}

  /**
   * It is refused, and the request with it.
   *
   * @param reason for operators
   * @param status HTTP status to answer: 401, 403 or 503
   * @param body {@code text/plain} body to answer
   */
  record Refused(TokenRefusal reason, int status, String body) implements TokenResult {
    public Refused(TokenRefusal reason) {
      this(reason, reason.status(), reason.body());
    }
  }
}
