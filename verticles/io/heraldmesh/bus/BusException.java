package io.heraldmesh.bus;

/** A call over the bus that failed. The message is for operators and holds no secret. */
public final class BusException extends Exception {
  private static final long serialVersionUID = 1L;

  private final BusFailure failure;
  private final String text;

  public BusException(BusFailure failure, String message) {
    super(failure + ": " + message);
    this.failure = failure;
    this.text = failure + ": " + message;
  }

  public BusFailure failure() {
    return failure;
  }

  @Override
  public String getMessage() {
    return text;
  }
}
