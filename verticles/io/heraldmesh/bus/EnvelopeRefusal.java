package io.heraldmesh.bus;

/** Why an envelope was not accepted. Names are stable: they appear in logs and metrics. */
public enum EnvelopeRefusal {
  TOO_LARGE(BusFailure.TOO_LARGE),
  MALFORMED(BusFailure.MALFORMED),
  WRONG_TYPE(BusFailure.UNKNOWN_TYPE),
  WRONG_ADDRESS(BusFailure.UNAUTHENTICATED),
  WRONG_RECIPIENT(BusFailure.UNAUTHENTICATED),
  WRONG_NONCE(BusFailure.UNAUTHENTICATED),
  REPLAYED(BusFailure.REPLAYED),
  EXPIRED(BusFailure.EXPIRED),
  NOT_YET_VALID(BusFailure.EXPIRED),
  UNTRUSTED_SENDER(BusFailure.UNAUTHENTICATED),
  WRONG_ROLE(BusFailure.FORBIDDEN),
  BAD_SIGNATURE(BusFailure.UNAUTHENTICATED),
  REVOKED(BusFailure.UNAUTHENTICATED);

  private final BusFailure failure;

  EnvelopeRefusal(BusFailure failure) {
    this.failure = failure;
  }

  /** What the sender is told. */
  public BusFailure failure() {
    return failure;
  }
}
