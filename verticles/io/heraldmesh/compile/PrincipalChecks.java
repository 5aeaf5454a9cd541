package io.heraldmesh.compile;

import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.resource.Attribute;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Condition;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import io.heraldmesh.resource.AuthorizationPolicy.Source;
import io.heraldmesh.resource.AuthorizationPolicy.Values;
import io.heraldmesh.resource.ServiceEntry;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import java.util.stream.Stream;

/** Principals that no peer of this mesh can have. */
final class PrincipalChecks {
  private final MeshScope scope;
  private final TrustDomainAliases aliases;
  private final ProblemCollector found;

  PrincipalChecks(MeshScope scope, ProblemCollector found) {
    this.scope = scope;
    this.aliases = new TrustDomainAliases(scope.trustDomains());
    this.found = found;
  }

  void check() {
    for (AuthorizationPolicy policy : scope.of(AuthorizationPolicy.class)) {
      for (Rule rule : policy.rules()) {
        rule.from().stream().map(Source::principals).forEach(this::principals);
        rule.when().stream()
            .filter(when -> when.attribute() == Attribute.SOURCE_PRINCIPAL)
            .map(Condition::values)
            .forEach(this::principals);
      }
    }
    for (ServiceEntry entry : scope.of(ServiceEntry.class)) {
      entry.subjectAltNames().forEach(this::subjectAltName);
    }
  }

  private void principals(Values values) {
    Stream.concat(values.in().stream(), values.notIn().stream())
        .filter(principal -> aliases.isForeign(principal.value()))
        .forEach(
            principal ->
                found.add(
                    principal.at(),
                    ProblemCode.FOREIGN_PRINCIPAL,
                    Shown.quoted(principal.value())
                        + " names a trust domain that is neither "
                        + scope.trustDomains().getFirst()
                        + " nor an alias of it"));
  }

  private void subjectAltName(Located<String> name) {
    if (!name.value().startsWith("spiffe://")) {
      return;
    }
    try {
      SpiffeId.parse(name.value());
    } catch (InvalidIdentity e) {
      found.add(
          name.at(),
          ProblemCode.FOREIGN_PRINCIPAL,
          Shown.quoted(name.value()) + " is not a SPIFFE ID: " + e.getMessage(),
          "write spiffe://<trust domain>/ns/<namespace>/sa/<account>");
    }
  }
}
