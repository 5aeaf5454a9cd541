package io.heraldmesh.compile;

import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.resource.ClientTls;
import io.heraldmesh.resource.DestinationRule;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Callers that a DestinationRule makes speak what an endpoint does not take: every call fails. */
final class TlsMismatchChecks {
  private final List<ServicePort> ports;
  private final DestinationRules rules;
  private final Set<Caller> callers = new LinkedHashSet<>(List.of(Caller.ANY));
  private final ProblemCollector found;

  TlsMismatchChecks(
      List<ServicePort> ports,
      DestinationRules rules,
      List<MeshWorkload> workloads,
      ProblemCollector found) {
    this.ports = ports;
    this.rules = rules;
    this.found = found;
    workloads.forEach(workload -> callers.add(Caller.of(workload)));
  }

  private record Told(Position at, ServicePort port) {}

  void check() {
    Set<Told> told = new HashSet<>();
    for (Caller caller : callers) {
      for (ServicePort port : ports) {
        DestinationRule rule = rules.find(caller, port);
        boolean asOthers =
            !caller.equals(Caller.ANY) && Objects.equals(rule, rules.find(Caller.ANY, port));
        if (rule == null || asOthers) {
          continue;
        }
        for (Backend backend : port.backends()) {
          ClientTls tls = RuleTls.of(rule, port.port(), backend.labels()).tls();
          String why = tls == null ? null : mismatch(tls.mode(), backend);
          if (tls != null && why != null && told.add(new Told(tls.at(), port))) {
            found.add(
                tls.at(),
                ProblemCode.TLS_MISMATCH,
                tls.mode()
                    + " fails for "
                    + port.describe()
                    + ": "
                    + backend.address()
                    + " "
                    + why);
          }
        }
      }
    }
  }

  private static @Nullable String mismatch(ClientTls.Mode mode, Backend backend) {
    return switch (mode) {
      case DISABLE, SIMPLE, MUTUAL ->
          backend.proxied() && backend.mode() == MtlsMode.STRICT
              ? "takes mesh TLS only, by its PeerAuthentication"
              : null;
      case ISTIO_MUTUAL ->
          !backend.proxied()
              ? "has no proxy"
              : backend.mode() == MtlsMode.DISABLE
                  ? "takes no mesh TLS, by its PeerAuthentication"
                  : null;
    };
  }
}
