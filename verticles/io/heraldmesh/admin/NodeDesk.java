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
   * By node, namespace and service account.
   *
   * @param only see no other; null: all
   */
  RegistrationPage list(@Nullable String only, RegistrationsRequest request) {
    Map<String, List<String>> addresses = addresses(only);
    String after = request.after();
    List<Registration> left =
        (only == null ? registrations().all() : registrations().of(only))
            .stream()
                .map(one -> shown(one, addresses.getOrDefault(one.node(), List.of())))
                .filter(one -> after == null || place(key(one)).compareTo(place(after)) > 0)
                .limit(request.most() + 1L)
                .toList();
    boolean more = left.size() > request.most();
    List<Registration> page = more ? left.subList(0, request.most()) : left;
    return new RegistrationPage(page, more ? key(page.getLast()) : null);
  }

  private Map<String, List<String>> addresses(@Nullable String only) {
    return (only == null ? registrations().addresses() : registrations().addresses(only))
        .stream()
            .collect(
                Collectors.groupingBy(
                    RegisteredAddress::node,
                    Collectors.mapping(RegisteredAddress::address, Collectors.toList())));
  }

  private static Registration shown(io.heraldmesh.store.Registration one, List<String> addresses) {
    return new Registration(
        one.node(),
        one.namespace() + "/" + one.serviceAccount(),
        one.registeredBy(),
        one.registeredAt(),
        addresses);
  }

  private static String key(Registration one) {
    return one.node() + " " + one.workload();
  }

  /** Orders keys as their three parts are: what separates them comes before all that is in them. */
  private static String place(String key) {
    return key.replace(' ', '\0').replace('/', '\0');
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
