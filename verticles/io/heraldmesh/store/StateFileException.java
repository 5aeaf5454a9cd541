package io.heraldmesh.store;

/**
 * A file that is not whole, or not exported state at all. The message says where and what to do.
 */
public final class StateFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StateFileException(String message) {
    super(message);
  }
}
