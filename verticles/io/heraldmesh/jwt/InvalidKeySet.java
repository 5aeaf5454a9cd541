package io.heraldmesh.jwt;

/** A text is no JSON Web Key Set. The message says what is wrong and never quotes the text. */
public final class InvalidKeySet extends Exception {
  private static final long serialVersionUID = 1;

  public InvalidKeySet(String message) {
    super(message);
  }
}
