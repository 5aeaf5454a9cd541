package io.heraldmesh.bus;

/** A call over the bus that failed. The message is for operators and holds no secret. */
public final class BusException extends Exception {
  private static final long serialVersionUID = 1L;

  private final BusFailure failure;
  private final String text;
  private final String detail;

  public BusException(BusFailure failure, String message) {
    super(failure + ": " + message);
    this.failure = failure;
    this.text = failure + ": " + message;
    this.detail = message;
  }

  public BusFailure failure() {
    return failure;
  }

  /** The message without the failure's name. */
  public String detail() {
    return detail;
  }

  @Override
  public String getMessage() {
    return text;
  }
}
