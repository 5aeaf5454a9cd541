package io.heraldmesh.identity;

/** Carries a refusal out of the depth of a path check; it is not a fault and has no stack trace. */
final class PathRefused extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int MAX_DETAIL = 300;

  private final PeerRefusal reason;

  PathRefused(PeerRefusal reason, String detail) {
    super(printable(detail), null, false, false);
    this.reason = reason;
  }

  PeerRefusal reason() {
    return reason;
  }

  PeerVerdict.Refused verdict() {
    return new PeerVerdict.Refused(reason, String.valueOf(getMessage()));
  }

  /** Names in a detail are the peer's: they must not forge a line of a log or flood it. */
  private static String printable(String text) {
    String cut = text.length() <= MAX_DETAIL ? text : text.substring(0, MAX_DETAIL) + "…";
    StringBuilder out = new StringBuilder(cut.length());
    cut.chars().forEach(c -> out.append(c >= 0x20 && c < 0x7f || c == '…' ? (char) c : '?'));
    return out.toString();
  }
}
