package io.heraldmesh.jwt;

/** Ends the checks of a token inside this package; never leaves it. Has no stack trace. */
final class RefusedToken extends Exception {
  private static final long serialVersionUID = 1;
  private final TokenRefusal refusal;

  RefusedToken(TokenRefusal refusal) {
    super(refusal.body(), null, false, false);
    this.refusal = refusal;
  }

  TokenRefusal refusal() {
    return refusal;
  }
}
