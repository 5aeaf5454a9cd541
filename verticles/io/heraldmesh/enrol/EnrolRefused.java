package io.heraldmesh.enrol;

/** The caller does not join. Nothing was issued. */
public final class EnrolRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Why. Names are stable: they travel, and appear in the audit log. */
  public enum Reason {
    /** Too many requests, of this address, for this identity or in all; later it may pass. */
    TOO_MANY(true),
    /** The authority cannot issue or write its logs now; later it may pass. */
    UNAVAILABLE(true),
    /** The request is of a version or kind that is not known here. */
    UNKNOWN_KIND(false),
    /** No such token; it may have been taken back. */
    TOKEN_UNKNOWN(false),
    /** The token's time is over. */
    TOKEN_EXPIRED(false),
    /**
     * The token or certificate is for a node of another name, and as good as before; or the name is
     * a control node's, under which nobody joins.
     */
    OTHER_NAME(false),
    /** Another key used the token. */
    TOKEN_USED(false),
    /** The certificate that should prove who asks does not. */
    CERTIFICATE(false),
    /** The certificate signing request is not acceptable, or not bound to the token. */
    BAD_CSR(false);

    private final boolean retryHelps;

    Reason(boolean retryHelps) {
      this.retryHelps = retryHelps;
    }

    /** True: the same request may pass later, without anybody changing anything. */
    public boolean retryHelps() {
      return retryHelps;
    }
  }

  public EnrolRefused(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public EnrolRefused(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
