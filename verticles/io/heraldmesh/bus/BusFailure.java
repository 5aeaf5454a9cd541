package io.heraldmesh.bus;

import java.util.Arrays;
import java.util.Optional;

/** Why a call over the bus failed. Numbers and names are stable: they travel and appear in logs. */
public enum BusFailure {
  /** Nobody serves the address, or no answer came in time. */
  UNREACHABLE(1, true),
  /** The service has as much to do as it takes on. */
  OVERLOADED(2, true),
  /** The service cannot answer yet, such as before the first resources were read. */
  NOT_READY(3, true),
  /** The service failed for a reason of its own; its log says which. */
  INTERNAL(4, true),
  /** The message is late or early by the receiver's clock; a new one may pass. */
  EXPIRED(5, true),
  /** The distributor does not know this node; announce first. */
  UNKNOWN_NODE(6, true),

  /** The service does not know this type of message. */
  UNKNOWN_TYPE(20, false),
  /** The message cannot be parsed. */
  MALFORMED(21, false),
  /** The message is larger than the service takes. */
  TOO_LARGE(22, false),
  /** Signature, certificate chain, address or recipient is not right, or the signer is revoked. */
  UNAUTHENTICATED(23, false),
  /** The sender is who it says, but its role may not ask this. */
  FORBIDDEN(24, false),
  /** The same message came before. */
  REPLAYED(25, false),
  /**
   * The workload, or an address, is not registered for the calling node; an operator has to do that
   * first.
   */
  NOT_REGISTERED(26, false),
  /** The certificate signing request is not acceptable. */
  BAD_CSR(27, false),
  /** The answer itself could not be verified. */
  BAD_ANSWER(28, false);

  private final int code;
  private final boolean retryHelps;

  BusFailure(int code, boolean retryHelps) {
    this.code = code;
    this.retryHelps = retryHelps;
  }

  /** The number that travels. */
  public int code() {
    return code;
  }

  /** True: the same request may pass later, without anybody changing anything. */
  public boolean retryHelps() {
    return retryHelps;
  }

  /** Whether this is why a call failed. */
  public boolean is(Throwable cause) {
    return cause instanceof BusException e && e.failure() == this;
  }

  /** The failure with this number, if there is one. */
  public static Optional<BusFailure> of(int code) {
    return Arrays.stream(values()).filter(f -> f.code == code).findFirst();
  }
}
