package io.heraldmesh.policy;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Short ways to say policies, connections and decisions in tests. */
final class Policies {
  static final TrustDomain MESH = new TrustDomain("mesh.test");
  static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  static final Source ANY_SOURCE =
      new Source(
          TextField.ANY,
          TextField.ANY,
          TextField.ANY,
          TextField.ANY,
          TextField.ANY,
          AddressField.ANY,
          AddressField.ANY);
  static final Operation ANY_OPERATION =
      new Operation(TextField.ANY, PortField.ANY, TextField.ANY, TextField.ANY);

  private Policies() {}

  static TextField anyOf(String... patterns) {
    return new TextField(Stream.of(patterns).map(TextMatch::of).toList(), List.of());
  }

  static TextField noneOf(String... patterns) {
    return new TextField(List.of(), Stream.of(patterns).map(TextMatch::of).toList());
  }

  static Rule rule(Source source) {
    return new Rule(List.of(source), List.of(), List.of());
  }

  static Rule rule(Operation operation) {
    return new Rule(List.of(), List.of(operation), List.of());
  }

  static Rule rule(Condition... conditions) {
    return new Rule(List.of(), List.of(), List.of(conditions));
  }

  static Source principals(TextField field) {
    return new Source(
        field,
        TextField.ANY,
        TextField.ANY,
        TextField.ANY,
        TextField.ANY,
        AddressField.ANY,
        AddressField.ANY);
  }

  static Operation hosts(TextField field) {
    return new Operation(field, PortField.ANY, TextField.ANY, TextField.ANY);
  }

  static Operation methods(TextField field) {
    return new Operation(TextField.ANY, PortField.ANY, field, TextField.ANY);
  }

  static Operation paths(TextField field) {
    return new Operation(TextField.ANY, PortField.ANY, TextField.ANY, field);
  }

  static AuthorizationPolicy policy(Action action, String name, Rule... rules) {
    return new AuthorizationPolicy("a", name, action, false, List.of(rules), null);
  }

  static AuthorizationPolicy dryRun(Action action, String name, Rule... rules) {
    return new AuthorizationPolicy("a", name, action, true, List.of(rules), null);
  }

  static WorkloadPolicy workload(MtlsMode mode, AuthorizationPolicy... policies) {
    return workload(mode, PathNormalization.BASE, List.of(), policies);
  }

  static WorkloadPolicy workload(
      MtlsMode mode,
      PathNormalization normalization,
      List<JwtRule> jwtRules,
      AuthorizationPolicy... policies) {
    return new WorkloadPolicy(
        new Workload("a", "svc"),
        "svc",
        mode,
        Map.of(),
        jwtRules,
        List.of(policies),
        normalization,
        List.of(MESH, new TrustDomain("old.test")),
        AuthenticationPolicies.NONE);
  }

  static Enforcement enforce(AuthorizationPolicy... policies) {
    return new Enforcement(workload(MtlsMode.PERMISSIVE, policies), Crypto.jdk());
  }

  static Connection caller(@Nullable String principal) {
    return connection(principal, "10.1.2.3", "203.0.113.7", null);
  }

  static Connection connection(
      @Nullable String principal, String source, String remote, @Nullable String sni) {
    return new Connection(
        principal == null ? Connection.Tls.NONE : Connection.Tls.MUTUAL,
        principal == null ? null : SpiffeId.parse("spiffe://" + principal),
        InetAddress.ofLiteral(source),
        InetAddress.ofLiteral(remote),
        InetAddress.ofLiteral("10.9.9.9"),
        8000,
        sni);
  }

  static Decision decide(
      Enforcement enforcement, Connection connection, @Nullable RequestHead request) {
    return enforcement.decide(connection, request, KeySets.NONE, NOW);
  }

  /** 200 for allowed, else the status of the refusal. */
  static int status(Enforcement enforcement, Connection connection, @Nullable RequestHead request) {
    return switch (decide(enforcement, connection, request)) {
      case Decision.Allowed allowed -> 200;
      case Decision.Denied denied -> denied.status();
    };
  }
}
