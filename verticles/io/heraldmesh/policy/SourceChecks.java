package io.heraldmesh.policy;

import java.util.List;
import java.util.function.Function;

/** {@link Source} to checks, cheapest first. */
final class SourceChecks {
  private SourceChecks() {}

  static List<Check> of(Source source) {
    CheckList checks = new CheckList();
    peer(checks, "namespaces", "notNamespaces", source.namespaces(), Peer::namespace);
    peer(checks, "principals", "notPrincipals", source.principals(), Peer::principal);
    peer(checks, "serviceAccounts", "notServiceAccounts", source.serviceAccounts(), Peer::account);
    peer(checks, "trustDomains", "notTrustDomains", source.trustDomains(), Peer::trustDomain);
    checks.addresses(
        "ipBlocks",
        "notIpBlocks",
        source.ipBlocks(),
        matcher -> f -> matcher.matches(f.connection.sourceIp()));
    checks.addresses(
        "remoteIpBlocks",
        "notRemoteIpBlocks",
        source.remoteIpBlocks(),
        matcher -> f -> matcher.matches(f.connection.remoteIp()));
    requestPrincipals(
        checks, "requestPrincipals", "notRequestPrincipals", source.requestPrincipals());
    return checks.checks();
  }

  static void requestPrincipals(CheckList checks, String name, String notName, TextField field) {
    checks.text(
        name,
        notName,
        true,
        field,
        half -> {
          RequestPrincipalMatcher matcher = new RequestPrincipalMatcher(half);
          return f -> matcher.matches(f.token());
        });
  }

  static void peer(
      CheckList checks,
      String name,
      String notName,
      TextField field,
      Function<Peer, String> value) {
    checks.text(
        name,
        notName,
        false,
        field,
        half -> {
          FieldMatcher matcher = FieldMatcher.of(half);
          return f -> matcher.matches(f.peer == null ? null : value.apply(f.peer));
        });
  }
}
