package io.heraldmesh.admin;

import io.heraldmesh.bus.AdminCaller;
import io.heraldmesh.bus.AdminCertificates.Registration;
import io.heraldmesh.bus.AdminCertificates.RegistrationPage;
import io.heraldmesh.bus.AdminCertificates.RegistrationsRequest;
import io.heraldmesh.bus.AdminCertificates.RevokeRegistration;
import io.heraldmesh.bus.AdminCertificates.RevokedRegistration;
import io.heraldmesh.bus.EnvelopeVerifier;
import io.heraldmesh.store.NodeRegistrations;
import io.heraldmesh.store.RegisteredAddress;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.TakenBack;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Shows what nodes may run, and takes it back, or all that a node has. Blocks for the database.
 *
 * @param controlNodes the names of those that this node's file knows: only another one's name is
 *     ever free again
 */
record NodeDesk(Store store, Set<String> controlNodes, AuditTrail audit, InstantSource clock) {

  /**
   * @param only the one node that may be shown; null: all
   */
  RegistrationPage list(@Nullable String only, RegistrationsRequest request) {
    Map<String, List<String>> addresses =
        (only == null ? registrations().addresses() : registrations().addresses(only))
            .stream()
                .collect(
                    Collectors.groupingBy(
                        RegisteredAddress::node,
                        Collectors.mapping(RegisteredAddress::address, Collectors.toList())));
    List<Registration> page = new ArrayList<>();
    for (var one : only == null ? registrations().all() : registrations().of(only)) {
      String workload = one.namespace() + "/" + one.serviceAccount();
      if (request.after() != null
          && (one.node() + " " + workload).compareTo(request.after()) <= 0) {
        continue;
      }
      if (page.size() == request.most()) {
        Registration last = page.getLast();
        return new RegistrationPage(page, last.node() + " " + last.workload());
      }
      page.add(
          new Registration(
              one.node(),
              workload,
              one.registeredBy(),
              one.registeredAt(),
              addresses.getOrDefault(one.node(), List.of())));
    }
    return new RegistrationPage(page, null);
  }

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
