package io.heraldmesh.identity;

/** Text that is not a legal SPIFFE ID or trust domain. The message says what is wrong with it. */
public final class InvalidIdentity extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public InvalidIdentity(String message) {
    super(message);
  }
}
