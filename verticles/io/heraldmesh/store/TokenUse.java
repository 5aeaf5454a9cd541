package io.heraldmesh.store;

/** What became of the attempt to use a join token. */
public sealed interface TokenUse {

  /**
   * It is used by this key, from now on and for good.
   *
   * @param repeated true: this key had used it before, and asks again because the answer was lost
   */
  record Accepted(JoinToken token, boolean repeated) implements TokenUse {}

  /** It is not used by this key, and nothing has changed. */
  record Refused(Why why) implements TokenUse {}

  /** Why a token is not accepted. */
  enum Why {
    /** There is no such token; it may have been revoked, or its node. */
    UNKNOWN,
    /** Its time is over. */
    EXPIRED,
    /** It is for a node of another name. */
    OTHER_NODE,
    /** Another key used it. */
    USED,
    /** It is for the name of a control node, who does not join. */
    CONTROL_NODE
  }
}
