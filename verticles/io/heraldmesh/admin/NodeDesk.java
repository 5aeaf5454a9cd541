package io.heraldmesh.admin;

import io.heraldmesh.bus.AdminCaller;
import io.heraldmesh.bus.AdminCertificates.RevokeRegistration;
import io.heraldmesh.bus.AdminCertificates.RevokedRegistration;
import io.heraldmesh.bus.EnvelopeVerifier;
import io.heraldmesh.store.NodeRegistrations;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.TakenBack;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;

/**
 * Takes back what nodes may run, or all that a node has. Blocks for the database.
 *
 * @param controlNodes the names of those that this node's file knows: only another one's name is
 *     ever free again
 */
record NodeDesk(Store store, Set<String> controlNodes, AuditTrail audit, InstantSource clock) {

  RevokedRegistration revoke(AdminCaller caller, RevokeRegistration request) {
    String workload = request.workload();
    var row =
        audit.done(
            caller,
            AdminRights.REGISTRATIONS_REVOKE,
            "node " + request.node(),
            workload == null ? "all" : workload);
    Instant now = clock.instant();
    if (workload != null) {
      TakenBack taken = registrations().remove(request.node(), workload, row);
      return new RevokedRegistration(taken.there(), taken.tokens(), taken.voidBefore());
    }
    boolean retired =
        !controlNodes.contains(request.node()) && store.authority().retire(request.node());
    TakenBack taken = registrations().revoke(request.node(), now, voidBefore(now), row);
    return new RevokedRegistration(taken.there() || retired, taken.tokens(), taken.voidBefore());
  }

  private NodeRegistrations registrations() {
    return store.registrations();
  }

  /** Whether nobody joins under this name, since a control node has it. */
  boolean isControlNode(String node) {
    return registrations().isControlNode(node);
  }

  /** Until when nothing is made for this name, because it was revoked. */
  Optional<Instant> blocked(String node) {
    return registrations().voidBefore(node).filter(clock.instant()::isBefore);
  }

  /**
   * Another control node's clock may be ahead by so much, and one that has not heard of the
   * revocation yet may still sign: that is void then, too.
   */
  static Instant voidBefore(Instant now) {
    return now.plus(EnvelopeVerifier.SKEW).plusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
  }
}
