package io.heraldmesh.identity;

/** Carries a refusal out of the depth of a path check; it is not a fault and has no stack trace. */
final class PathRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final PeerRefusal reason;

  PathRefused(PeerRefusal reason, String detail) {
    super(Printable.text(detail), null, false, false);
    this.reason = reason;
  }

  PeerRefusal reason() {
    return reason;
  }

  PeerVerdict.Refused verdict() {
    return new PeerVerdict.Refused(reason, String.valueOf(getMessage()));
  }
}
