package io.heraldmesh.policy;

import static io.heraldmesh.policy.OriginPolicies.A;
import static io.heraldmesh.policy.OriginPolicies.B;
import static io.heraldmesh.policy.OriginPolicies.IDP;
import static io.heraldmesh.policy.OriginPolicies.PEER;
import static io.heraldmesh.policy.OriginPolicies.allowed;
import static io.heraldmesh.policy.OriginPolicies.bearer;
import static io.heraldmesh.policy.OriginPolicies.body;
import static io.heraldmesh.policy.OriginPolicies.denied;
import static io.heraldmesh.policy.OriginPolicies.enforce;
import static io.heraldmesh.policy.OriginPolicies.jwt;
import static io.heraldmesh.policy.OriginPolicies.origin;
import static io.heraldmesh.policy.OriginPolicies.origins;
import static io.heraldmesh.policy.OriginPolicies.payload;
import static io.heraldmesh.policy.OriginPolicies.principal;
import static io.heraldmesh.policy.OriginPolicies.requestPrincipals;
import static io.heraldmesh.policy.OriginPolicies.token;
import static io.heraldmesh.policy.OriginPolicies.with;
import static io.heraldmesh.policy.Policies.NOW;
import static io.heraldmesh.policy.Policies.anyOf;
import static io.heraldmesh.policy.Policies.caller;
import static io.heraldmesh.policy.Policies.policy;
import static io.heraldmesh.policy.Policies.rule;
import static io.heraldmesh.policy.Policies.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.policy.AuthenticationPolicy.Origin;
import io.heraldmesh.policy.AuthenticationPolicy.PrincipalBinding;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whom a v1alpha1 policy takes a request to be from: its peer, the subject of its token, or nobody.
 */
class BoundPrincipalTest {
  @Test
  void thePrincipalIsThePeersOrTheTokensAsBoundAndClaimsAreTheTokens() {
    AuthenticationPolicy peer =
        new AuthenticationPolicy(
            "a",
            "old",
            false,
            List.of(origin(A, TriggersTest.rule("exact:/open", ""))),
            false,
            PrincipalBinding.USE_PEER);
    assertThat(principal(enforce(peer), PEER, bearer(token(A)))).isEqualTo(PEER);
    assertThat(principal(enforce(peer), PEER, Requests.get("/open"))).isEqualTo(PEER);
    assertThat(principal(enforce(peer), null, bearer(token(A)))).isNull();
    AuthorizationPolicy byClaim =
        policy(
            Action.ALLOW,
            "claim",
            rule(new Condition.ClaimCondition(List.of("role"), anyOf("admin"))));
    assertThat(principal(enforce(peer, byClaim), PEER, bearer(token(A)))).isEqualTo(PEER);
    AuthorizationPolicy byPeer = policy(Action.ALLOW, "peer", rule(requestPrincipals(PEER)));
    assertThat(principal(enforce(peer, byPeer), PEER, bearer(token(A)))).isEqualTo(PEER);
    AuthorizationPolicy byToken = policy(Action.ALLOW, "t", rule(requestPrincipals(A + "/alice")));
    assertThat(enforce(peer, byToken).decide(caller(PEER), bearer(token(A)), KeySets.NONE, NOW))
        .isInstanceOf(Decision.Denied.class);
    assertThat(principal(enforce(origins(origin(A)), byToken), PEER, bearer(token(A))))
        .isEqualTo(A + "/alice");
  }

  @ParameterizedTest
  @EnumSource(PrincipalBinding.class)
  void theBindingNeverDecides(PrincipalBinding binding) {
    AuthenticationPolicy bound =
        new AuthenticationPolicy("a", "old", false, List.of(origin(A)), false, binding);
    assertThat(body(enforce(bound), Requests.get("/x"))).startsWith("401");
    assertThat(body(enforce(bound), bearer(token(A)))).isEqualTo("200");
  }

  @Test
  void withoutOriginsThereIsNoRequestPrincipalEvenOfThePeer() {
    AuthenticationPolicy mtls =
        new AuthenticationPolicy("", "default", true, List.of(), false, PrincipalBinding.USE_PEER);
    assertThat(principal(enforce(mtls), PEER, Requests.get("/x"))).isNull();
    assertThat(mtls.id()).isEqualTo("default");
  }

  @Test
  void aPeerThatTheListenerLetThroughIs401OnHttpAndClosedOnTcp() {
    AuthenticationPolicy strict =
        new AuthenticationPolicy(
            "a", "old", true, List.of(origin(A)), false, PrincipalBinding.USE_ORIGIN);
    Decision.Denied denied = denied(enforce(strict), bearer(token(A)));
    assertThat(denied.status()).isEqualTo(401);
    assertThat(denied.body()).isEqualTo("Peer authentication failed.");
    assertThat(denied.headers()).isEmpty();
    assertThat(denied.reason().code()).isEqualTo("peer_authentication_failed");
    assertThat(Policies.status(enforce(strict), caller(null), null)).isZero();
    assertThat(Policies.status(enforce(strict), caller(PEER), null)).isEqualTo(200);
    assertThat(Policies.status(enforce(strict), caller(PEER), bearer(token(A)))).isEqualTo(200);
    Requests preflight =
        Requests.get("/x")
            .method("OPTIONS")
            .header("Origin", "https://w")
            .header("Access-Control-Request-Method", "PUT");
    assertThat(body(enforce(strict), preflight)).isEqualTo("401 Peer authentication failed.");
  }

  @Test
  void anExchangedTokenSpeaksForTheOneItWasExchangedFor() {
    JwtRule rule =
        new JwtRule(
            A,
            List.of(),
            new KeySource.Inline(IDP.jwks()),
            List.of(new JwtRule.HeaderLocation("ingress-authorization", "istio")),
            List.of(),
            List.of(),
            true,
            null,
            List.of(),
            Set.of());
    Enforcement enforcement = enforce(origins(new Origin(rule, true, List.of())));
    String exchanged =
        IDP.sign(
            "{\"iss\":\"%s\",\"sub\":\"gw\",\"exp\":%d,\"original_claims\":%s}"
                .formatted(A, NOW.getEpochSecond() + 600, payload(B)));
    Requests request = Requests.get("/x").header("Ingress-Authorization", "istio " + exchanged);
    assertThat(allowed(enforcement, request).requestPrincipal()).isEqualTo(B + "/alice");
    assertThat(
            body(
                enforcement,
                Requests.get("/x").header("ingress-authorization", "istio " + token(A))))
        .as("without original_claims")
        .startsWith("401");
  }

  @Test
  void requestAuthenticationOnTheSameWorkloadMustAgreeAndSaysWhoTheEndUserIs() {
    JwtRule current = jwt(B, List.of(), List.of("x-b"), new KeySource.Inline(IDP.jwks()));
    WorkloadPolicy plain = workload(MtlsMode.PERMISSIVE, PathNormalization.BASE, List.of(current));
    Enforcement both = new Enforcement(with(plain, origins(origin(A))), Crypto.jdk());
    assertThat(body(both, bearer(token(A)).header("x-b", "bad")))
        .isEqualTo(
            "401 Jwt is not in the form of Header.Payload.Signature with two dots and 3"
                + " sections");
    assertThat(body(both, Requests.get("/x").header("x-b", token(B))))
        .isEqualTo("401 Origin authentication failed.");
    assertThat(allowed(both, bearer(token(A))).requestPrincipal()).isNull();
    assertThat(allowed(both, bearer(token(A)).header("x-b", token(B))).requestPrincipal())
        .isEqualTo(B + "/alice");
  }
}
