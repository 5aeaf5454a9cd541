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
        rule.from().stream().map(Source::trustDomains).forEach(this::trustDomains);
        for (Condition when : rule.when()) {
          if (when.attribute() == Attribute.SOURCE_PRINCIPAL) {
            principals(when.values());
          } else if (when.attribute() == Attribute.SOURCE_TRUST_DOMAIN) {
            trustDomains(when.values());
          }
        }
      }
    }
    for (ServiceEntry entry : scope.of(ServiceEntry.class)) {
      entry.subjectAltNames().forEach(this::subjectAltName);
    }
  }

  private void principals(Values values) {
    all(values).filter(p -> aliases.isForeign(p.value())).forEach(this::foreign);
  }

  private void trustDomains(Values values) {
    all(values).filter(d -> aliases.isForeignDomain(d.value())).forEach(this::foreign);
  }

  private static Stream<Located<String>> all(Values values) {
    return Stream.concat(values.in().stream(), values.notIn().stream());
  }

  private void foreign(Located<String> name) {
    found.add(
        name.at(),
        ProblemCode.FOREIGN_PRINCIPAL,
        Shown.quoted(name.value())
            + " names a trust domain that is neither "
            + scope.trustDomains().getFirst()
            + " nor an alias of it");
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
