package io.heraldmesh.identity;

/**
 * Bytes or text that are not the certificates, keys or requests they should be. The message says
 * what is wrong; it never holds key material.
 */
public final class InvalidCertificate extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public InvalidCertificate(String message) {
    super(message);
  }

  public InvalidCertificate(String message, Throwable cause) {
    super(message, cause);
  }
}
