package io.heraldmesh.ca;

/** The authority did not sign. Nothing left it, and asking again in the same way does not help. */
public final class IssuanceRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why; names are stable and appear in logs and metrics. */
  public enum Reason {
    /** The subject's key is below the floor. */
    WEAK_KEY,
    /** The identity is of another trust domain or has no path. */
    IDENTITY,
    /** More life was asked for than is allowed. */
    TTL,
    /** The root or an intermediate is not valid now. */
    AUTHORITY_NOT_VALID,
    /** What was about to leave is not what was asked for; this is a fault of ours. */
    CHECK_FAILED
  }

  private final Reason reason;

  IssuanceRefused(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  IssuanceRefused(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
