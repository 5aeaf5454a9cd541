package io.heraldmesh.jwks;

/** A document could not be had. The message is fit for logs and health; it quotes no content. */
final class FetchFailure extends Exception {
  private static final long serialVersionUID = 1;

  FetchFailure(String message) {
    super(message, null, false, false);
  }
}
