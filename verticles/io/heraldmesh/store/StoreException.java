package io.heraldmesh.store;

/** The database refused. The message names it, says what is wrong and what to do. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** What kind of refusal it is. */
  public enum Reason {
    /** What is stored is not what was written. */
    DAMAGED,
    /** It is not a database of Herald's, or belongs to another mesh. */
    FOREIGN,
    /** Its format is newer, or older than what can be brought forward. */
    FORMAT,
    /** Another process has it. */
    IN_USE,
    /** Something unique is there already. */
    TAKEN,
    /** No space is left. */
    FULL,
    /** It may not be written. */
    NOT_WRITABLE,
    /** The server does not answer, or is about to stop. */
    UNREACHABLE,
    /** Too much is waiting, or a lock was not to be had in time. */
    BUSY,
    /**
     * The connection broke while the transaction was being committed: it may be in force. Read
     * before trying again.
     */
    OUTCOME_UNKNOWN,
    /** The store was closed. */
    CLOSED,
    /** Anything else. */
    FAILED
  }

  public StoreException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public StoreException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** True: the same call may succeed later, without anybody changing anything here. */
  public boolean mayPass() {
    return switch (reason) {
      case FULL, NOT_WRITABLE, UNREACHABLE, BUSY, OUTCOME_UNKNOWN, FAILED -> true;
      case DAMAGED, FOREIGN, FORMAT, IN_USE, TAKEN, CLOSED -> false;
    };
  }
}
