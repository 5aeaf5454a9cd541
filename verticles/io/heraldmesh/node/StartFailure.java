package io.heraldmesh.node;

/** A node that cannot start. The message says what, where and what to do; it holds no secret. */
public final class StartFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private StartFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** Something could not be reached or started. */
  public static StartFailure cannotStart(String message) {
    return new StartFailure(3, message);
  }

  /** The input has problems; {@code message} lists them, one a line. */
  public static StartFailure problems(String message) {
    return new StartFailure(1, message);
  }

  /** What the process ends with: 1 or 3. */
  public int exitCode() {
    return exitCode;
  }
}
