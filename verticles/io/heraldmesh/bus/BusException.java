package io.heraldmesh.bus;

import io.heraldmesh.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/** A call over the bus that failed. The message is for operators and holds no secret. */
public final class BusException extends Exception {
  private static final long serialVersionUID = 1L;

  private final BusFailure failure;
  private final String text;
  private final String detail;
  private final @Nullable String signer;

  public BusException(BusFailure failure, String message) {
    this(failure, message, (String) null);
  }

  /** Of somebody who proved who it is, and is not heard nevertheless. */
  BusException(BusFailure failure, String message, SpiffeId signer) {
    this(failure, message, signer.toString());
  }

  private BusException(BusFailure failure, String message, @Nullable String signer) {
    super(failure + ": " + message);
    this.failure = failure;
    this.text = failure + ": " + message;
    this.detail = message;
    this.signer = signer;
  }

  public BusFailure failure() {
    return failure;
  }

  /** The message without the failure's name. */
  public String detail() {
    return detail;
  }

  /** The SPIFFE ID of whoever signed what was refused; null: nobody who is known. */
  @Nullable String signer() {
    return signer;
  }

  @Override
  public String getMessage() {
    return text;
  }
}
