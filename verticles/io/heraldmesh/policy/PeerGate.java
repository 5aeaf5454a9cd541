package io.heraldmesh.policy;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.identity.WorkloadIdentity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Whether a connection's peer may be heard at all, and who it is. */
final class PeerGate {
  /** Verified identities only, so this is far above what a mesh has; keeps the map bounded. */
  private static final int KNOWN_LIMIT = 10_000;

  private static final Outcome ANONYMOUS = new Admitted(null);
  private static final Outcome MTLS_REQUIRED = mtlsRequired("mtls.mode");
  private static final Outcome MTLS_REQUIRED_ON_PORT = mtlsRequired("portLevelMtls.mode");

  private final WorkloadPolicy policy;
  private final Set<TrustDomain> domains;
  private final Map<SpiffeId, Outcome> known = new ConcurrentHashMap<>();

  PeerGate(WorkloadPolicy policy) {
    this.policy = policy;
    this.domains = Set.copyOf(policy.trustDomains());
  }

  sealed interface Outcome {}

  /**
   * @param peer null without mesh TLS
   */
  record Admitted(@Nullable Peer peer) implements Outcome {}

  record Refused(Reason reason, @Nullable String principal) implements Outcome {}

  Outcome admit(Connection connection) {
    SpiffeId id = connection.tls() == Connection.Tls.MUTUAL ? connection.peer() : null;
    if (id != null) {
      return outcome(id);
    }
    if (policy.mtls(connection.port()) != MtlsMode.STRICT) {
      return ANONYMOUS;
    }
    return policy.portMtls().containsKey(connection.port()) ? MTLS_REQUIRED_ON_PORT : MTLS_REQUIRED;
  }

  private static Outcome mtlsRequired(String field) {
    return new Refused(
        new Reason(
            Reason.MTLS_REQUIRED,
            "the port's PeerAuthentication mode is STRICT and the caller has no mesh identity",
            null,
            -1,
            List.of(field),
            null),
        null);
  }

  private Outcome outcome(SpiffeId id) {
    Outcome outcome = known.get(id);
    if (outcome == null) {
      outcome = judge(id);
      if (known.size() < KNOWN_LIMIT) {
        known.put(id, outcome);
      }
    }
    return outcome;
  }

  private Outcome judge(SpiffeId id) {
    if (!domains.contains(id.trustDomain())) {
      return new Refused(
          new Reason(
              Reason.FOREIGN_TRUST_DOMAIN,
              "trust domain " + id.trustDomain() + " is neither the mesh's own nor an alias"),
          id.principal());
    }
    Optional<WorkloadIdentity> workload = id.workload();
    return workload.isPresent()
        ? new Admitted(Peer.of(id, workload.get()))
        : new Refused(
            new Reason(
                Reason.NOT_A_WORKLOAD, "the caller's identity is not of the form td/ns/x/sa/y"),
            id.principal());
  }
}
