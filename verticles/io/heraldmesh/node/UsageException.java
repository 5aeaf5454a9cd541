package io.heraldmesh.node;

/**
 * What was asked for makes no sense or cannot be read: exit code 2. The message says what to do.
 */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }
}
