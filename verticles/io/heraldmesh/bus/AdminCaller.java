package io.heraldmesh.bus;

import io.heraldmesh.identity.HeraldIdentity;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;

/**
 * Who asks, as it was proven.
 *
 * @param name for the audit log: a SPIFFE ID, or what the system said of a local process
 * @param role as which it may act
 * @param self the name inside its identity: of a node, the one node that it may see
 */
public record AdminCaller(String name, HeraldRole role, String self) {

  /** Whoever signed a message. */
  static AdminCaller of(SpiffeId caller) {
    HeraldIdentity identity = caller.herald().orElseThrow();
    return new AdminCaller(caller.toString(), identity.role(), identity.name());
  }

  /**
   * A process on the control node's own machine that may do what an operator may.
   *
   * @param user as the system knows it
   * @param node the control node
   */
  public static AdminCaller local(String user, String node) {
    return new AdminCaller("local user " + user + " on " + node, HeraldRole.OPERATOR, user);
  }
}
