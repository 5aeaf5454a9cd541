package io.heraldmesh.policy;

import static io.heraldmesh.policy.Policies.ANY_SOURCE;
import static io.heraldmesh.policy.Policies.NOW;
import static io.heraldmesh.policy.Policies.anyOf;
import static io.heraldmesh.policy.Policies.caller;
import static io.heraldmesh.policy.Policies.rule;
import static io.heraldmesh.policy.Policies.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.policy.AuthenticationPolicy.Origin;
import io.heraldmesh.policy.AuthenticationPolicy.PrincipalBinding;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Workloads with a v1alpha1 policy, tokens for them, and what they decide. */
final class OriginPolicies {
  static final TokenIssuer IDP = new TokenIssuer();
  static final TokenIssuer STRANGER = new TokenIssuer();
  static final String A = "https://a.test";
  static final String B = "https://b.test";
  static final String PEER = "mesh.test/ns/a/sa/client";

  private OriginPolicies() {}

  static Enforcement enforce(AuthenticationPolicy old, AuthorizationPolicy... policies) {
    return enforce(PathNormalization.BASE, old, policies);
  }

  static Enforcement enforce(
      PathNormalization normalization, AuthenticationPolicy old, AuthorizationPolicy... policies) {
    WorkloadPolicy plain = workload(MtlsMode.PERMISSIVE, normalization, List.of(), policies);
    return new Enforcement(with(plain, old), Crypto.jdk());
  }

  static WorkloadPolicy with(WorkloadPolicy plain, AuthenticationPolicy old) {
    return with(plain, new AuthenticationPolicies(old, Map.of()));
  }

  static WorkloadPolicy with(WorkloadPolicy plain, AuthenticationPolicies old) {
    return new WorkloadPolicy(
        plain.workload(),
        plain.serviceAccount(),
        plain.mtls(),
        plain.portMtls(),
        plain.jwtRules(),
        plain.authorization(),
        plain.normalization(),
        plain.trustDomains(),
        old);
  }

  static AuthenticationPolicy origins(Origin... origins) {
    return new AuthenticationPolicy(
        "a", "old", false, List.of(origins), false, PrincipalBinding.USE_ORIGIN);
  }

  static Origin origin(String issuer, TriggerRule... triggers) {
    JwtRule rule = jwt(issuer, List.of(), List.of(), new KeySource.Inline(IDP.jwks()));
    return new Origin(rule, false, List.of(triggers));
  }

  static JwtRule jwt(String issuer, List<String> audiences, List<String> headers, KeySource keys) {
    return new JwtRule(
        issuer,
        audiences,
        keys,
        headers.stream().map(h -> new JwtRule.HeaderLocation(h, "")).toList(),
        List.of(),
        List.of(),
        true,
        null,
        List.of(),
        Set.of());
  }

  static Source requestPrincipals(String pattern) {
    return new Source(
        TextField.ANY,
        anyOf(pattern),
        TextField.ANY,
        TextField.ANY,
        TextField.ANY,
        ANY_SOURCE.ipBlocks(),
        ANY_SOURCE.remoteIpBlocks());
  }

  static String payload(String issuer) {
    return "{\"iss\":\"%s\",\"exp\":%d,\"sub\":\"alice\",\"aud\":\"api\",\"role\":\"admin\"}"
        .formatted(issuer, NOW.getEpochSecond() + 600);
  }

  static String token(String issuer) {
    return IDP.sign(payload(issuer));
  }

  static Requests bearer(String token) {
    return Requests.get("/x").header("Authorization", "Bearer " + token);
  }

  static @Nullable String principal(
      Enforcement enforcement, @Nullable String peer, Requests request) {
    Decision decision = enforcement.decide(caller(peer), request, KeySets.NONE, NOW);
    assertThat(decision).isInstanceOf(Decision.Allowed.class);
    return decision.requestPrincipal();
  }

  static String body(Enforcement enforcement, Requests request) {
    return switch (enforcement.decide(caller(null), request, KeySets.NONE, NOW)) {
      case Decision.Allowed allowed -> "200";
      case Decision.Denied denied -> denied.status() + " " + denied.body();
    };
  }

  static Decision.Allowed allowed(Enforcement enforcement, Requests request) {
    Decision decision = enforcement.decide(caller(null), request, KeySets.NONE, NOW);
    assertThat(decision).isInstanceOf(Decision.Allowed.class);
    return (Decision.Allowed) decision;
  }

  static Decision.Denied denied(Enforcement enforcement, Requests request) {
    Decision decision = enforcement.decide(caller(null), request, KeySets.NONE, NOW);
    assertThat(decision).isInstanceOf(Decision.Denied.class);
    return (Decision.Denied) decision;
  }
}
