package io.heraldmesh.ca;

/**
 * The authority's own keys or certificates cannot be used. The message names the file, what is
 * wrong with it and what to do; it never holds a key or a passphrase.
 */
public final class AuthorityException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AuthorityException(String message) {
    super(message);
  }

  AuthorityException(String message, Throwable cause) {
    super(message, cause);
  }
}
