package io.heraldmesh.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** {@link Source} to checks, cheapest first. */
final class SourceChecks {
  private SourceChecks() {}

  static List<Check> of(Source source) {
    List<Check> checks = new ArrayList<>();
    peer(checks, "namespaces", source.namespaces(), Peer::namespace);
    peer(checks, "principals", source.principals(), Peer::principal);
    peer(checks, "serviceAccounts", source.serviceAccounts(), Peer::account);
    peer(checks, "trustDomains", source.trustDomains(), Peer::trustDomain);
    if (!source.ipBlocks().isAny()) {
      AddressMatcher matcher = new AddressMatcher(source.ipBlocks());
      checks.add(new Check("ipBlocks", false, f -> matcher.matches(f.connection.sourceIp())));
    }
    if (!source.remoteIpBlocks().isAny()) {
      AddressMatcher matcher = new AddressMatcher(source.remoteIpBlocks());
      checks.add(new Check("remoteIpBlocks", false, f -> matcher.matches(f.connection.remoteIp())));
    }
    if (!source.requestPrincipals().isAny()) {
      checks.add(requestPrincipals("requestPrincipals", source.requestPrincipals()));
    }
    return checks;
  }

  static Check requestPrincipals(String field, TextField values) {
    RequestPrincipalMatcher matcher = new RequestPrincipalMatcher(values);
    return new Check(field, true, f -> matcher.matches(f.token()));
  }

  private static void peer(
      List<Check> checks, String name, TextField field, Function<Peer, String> value) {
    if (!field.isAny()) {
      checks.add(peer(name, field, value));
    }
  }

  static Check peer(String name, TextField field, Function<Peer, String> value) {
    FieldMatcher matcher = FieldMatcher.of(field);
    return new Check(
        name, false, f -> matcher.matches(f.peer == null ? null : value.apply(f.peer)));
  }
}
