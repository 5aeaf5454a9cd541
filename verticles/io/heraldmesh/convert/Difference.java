package io.heraldmesh.convert;

import io.heraldmesh.resource.problem.Position;

/**
 * A place where the converted resources mean something else than what they were made from.
 *
 * @param at what was written in the old policy
 * @param message what differs, without a full stop
 * @param hint what to do about it
 */
public record Difference(Position at, Kind kind, String message, String hint) {

  /** {@code file:line:column: difference WORD field: what; what to do}. */
  public String text() {
    return at
        + ": "
        + (kind == Kind.NOT_CONVERTED ? "error" : "difference")
        + " "
        + kind
        + (at.field().isEmpty() ? "" : " " + at.field())
        + ": "
        + message
        + "; "
        + hint;
  }

  /** What differs, as a word for scripts. */
  public enum Kind {
    /** The resource is left out of the result. */
    NOT_CONVERTED,
    /** Without a token: 403 where it was 401. */
    MISSING_TOKEN,
    /** A token that is not valid is refused in more places, or with another answer. */
    INVALID_TOKEN,
    /** A token without {@code sub} names nobody. */
    NO_SUBJECT,
    /** A wider policy was replaced as a whole; now both hold. */
    MERGED,
    /** Paths of which the current API has no pattern. */
    PATH,
    /** The Service's selector is copied. */
    SELECTOR,
    /** The service's ports are written as the workload's. */
    PORT,
    /** TCP on a port where tokens are asked for. */
    TCP,
    /** {@code peerIsOptional}. */
    PEER_OPTIONAL,
    /** {@code originIsOptional}. */
    ORIGIN_OPTIONAL,
    /** {@code principalBinding}. */
    PRINCIPAL,
    /** A token that a gateway exchanged. */
    EXCHANGED_TOKEN,
    /** Another resource of the current kinds is for the same. */
    OVERLAP
  }
}
