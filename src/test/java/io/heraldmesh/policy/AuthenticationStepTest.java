package io.heraldmesh.policy;

import static io.heraldmesh.policy.Policies.ANY_SOURCE;
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
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a v1alpha1 policy lets pass and what it answers, with really signed tokens. */
class AuthenticationStepTest {
  private static final TokenIssuer IDP = new TokenIssuer();
  private static final TokenIssuer STRANGER = new TokenIssuer();
  private static final String A = "https://a.test";
  private static final String B = "https://b.test";
  private static final String PEER = "mesh.test/ns/a/sa/client";

  @Test
  void aMissingTokenIs401WithIstiosTextAndNoChallenge() {
    Decision.Denied denied = denied(enforce(origins(origin(A))), Requests.get("/x"));
    assertThat(denied.status()).isEqualTo(401);
    assertThat(denied.body()).isEqualTo("Origin authentication failed.");
    assertThat(denied.headers()).isEmpty();
    assertThat(denied.reason().code()).isEqualTo("origin_authentication_failed");
    assertThat(denied.reason().policy()).isEqualTo("a/old");
    assertThat(denied.reason().detail()).isEqualTo("https://a.test: Jwt is missing");
    assertThat(denied.path()).isEqualTo("/x");
  }

  @Test
  void aGoodTokenPassesAndIsForwarded() {
    Decision.Allowed allowed = allowed(enforce(origins(origin(A))), bearer(token(A)));
    assertThat(allowed.requestPrincipal()).isEqualTo("https://a.test/alice");
    assertThat(allowed.remove()).isEmpty();
    Requests inQuery = Requests.get("/x?access_token=" + token(A) + "&q=1");
    assertThat(allowed(enforce(origins(origin(A))), inQuery).target()).isEqualTo(inQuery.target());
  }

  @Test
  void everyFaultOfATokenIsTheSame401() {
    Enforcement one = enforce(origins(origin(A)));
    assertThat(body(one, bearer("garbage"))).isEqualTo("401 Origin authentication failed.");
    assertThat(body(one, bearer(token(B)))).isEqualTo("401 Origin authentication failed.");
    assertThat(body(one, bearer(STRANGER.sign(payload(A)))))
        .isEqualTo("401 Origin authentication failed.");
    JwtRule audience = jwt(A, List.of("other"), List.of(), new KeySource.Inline(IDP.jwks()));
    assertThat(body(enforce(origins(new Origin(audience, false, List.of()))), bearer(token(A))))
        .as("a wrong audience is 403 in RequestAuthentication only")
        .isEqualTo("401 Origin authentication failed.");
  }

  @Test
  void theFirstOriginThatSucceedsCounts() {
    Enforcement two = enforce(origins(origin(A), origin(B)));
    assertThat(allowed(two, bearer(token(A))).requestPrincipal()).isEqualTo(A + "/alice");
    assertThat(allowed(two, bearer(token(B))).requestPrincipal()).isEqualTo(B + "/alice");
    assertThat(body(two, bearer(token("https://c.test")))).startsWith("401");

    JwtRule inHeader = jwt(B, List.of(), List.of("x-b"), new KeySource.Inline(IDP.jwks()));
    Enforcement apart = enforce(origins(origin(A), new Origin(inHeader, false, List.of())));
    assertThat(allowed(apart, bearer("bad").header("X-B", token(B))).requestPrincipal())
        .isEqualTo(B + "/alice");
    assertThat(allowed(apart, bearer(token(A)).header("X-B", "bad")).requestPrincipal())
        .isEqualTo(A + "/alice");
  }

  @Test
  void aBadTokenDoesNotHideBehindAGoodOneInTheSamePlace() {
    Requests both = bearer(token(A)).header("Authorization", "Bearer " + STRANGER.sign(payload(A)));
    assertThat(body(enforce(origins(origin(A))), both)).startsWith("401");
  }

  @Test
  void anOptionalOriginAcceptsFailureAndLeavesNoEndUser() {
    AuthenticationPolicy optional =
        new AuthenticationPolicy(
            "a", "old", false, List.of(origin(A)), true, PrincipalBinding.USE_ORIGIN);
    assertThat(allowed(enforce(optional), Requests.get("/x")).requestPrincipal()).isNull();
    assertThat(allowed(enforce(optional), bearer("garbage")).requestPrincipal()).isNull();
    assertThat(allowed(enforce(optional), bearer(token(A))).requestPrincipal())
        .isEqualTo(A + "/alice");
    Enforcement withRule =
        enforce(optional, policy(Action.ALLOW, "users", rule(requestPrincipals("*"))));
    assertThat(body(withRule, bearer("garbage"))).startsWith("403");
    assertThat(withRule.decide(caller(null), bearer(token(A)), KeySets.NONE, NOW))
        .isInstanceOf(Decision.Allowed.class);
  }

  @ParameterizedTest
  @CsvSource({
    "/health, 200",
    "/health?x=1, 200",
    "/health?x=/y, 200",
    "/y?/health, 401",
    "/x/../health, 200",
    "/%68ealth, 200",
    "/health/, 401",
    "/Health, 401",
    "/health%2f, 401",
    "//health, 401",
    "/pub/a, 200",
    "/pub/../admin, 401",
    "/pub/%2e%2e/admin, 401",
    "/pub/..%2fadmin, 200",
    "/admin, 401",
  })
  void triggersLookAtTheNormalizedPathWithoutTheQuery(String target, int status) {
    Enforcement enforcement =
        enforce(origins(origin(A, TriggersTest.rule("exact:/health,prefix:/pub/", ""))));
    assertThat(Policies.status(enforcement, caller(null), Requests.get(target))).isEqualTo(status);
  }

  @Test
  void whatTriggersSawIsWhatGoesUpstream() {
    Enforcement merging =
        enforce(
            PathNormalization.MERGE_SLASHES,
            origins(origin(A, TriggersTest.rule("exact:/health", ""))));
    assertThat(allowed(merging, Requests.get("//health?a=1")).target()).isEqualTo("/health?a=1");
  }

  @Test
  void originsThatAreNotTriggeredAreSkippedAndWithoutAnyThePathIsOpen() {
    Enforcement istio =
        enforce(
            origins(
                origin(B, TriggersTest.rule("exact:/health,exact:/jwt1", "")),
                origin(A, TriggersTest.rule("", "exact:/jwt1"))));
    assertThat(body(istio, Requests.get("/health"))).isEqualTo("200");
    assertThat(allowed(istio, bearer("garbage").to("/health")).requestPrincipal()).isNull();
    assertThat(body(istio, bearer(token(A)).to("/jwt1"))).isEqualTo("200");
    assertThat(body(istio, bearer(token(B)).to("/jwt1"))).startsWith("401");
    assertThat(body(istio, bearer(token(B)).to("/other"))).isEqualTo("200");
    assertThat(body(istio, bearer(token(A)).to("/other"))).startsWith("401");
  }

  @Test
  void keysThatWereNeverFetchedAre503WhereTheyWouldHaveMattered() {
    Origin remote =
        new Origin(
            jwt(A, List.of(), List.of(), new KeySource.Remote("https://a.test/keys")),
            false,
            List.of());
    Enforcement enforcement = enforce(origins(remote, origin(B)));
    Decision.Denied denied = denied(enforcement, bearer(token(A)));
    assertThat(denied.status()).isEqualTo(503);
    assertThat(denied.headers()).extracting(Header::name).containsExactly("retry-after");
    assertThat(denied.reason().policy()).isEqualTo("a/old");
    assertThat(body(enforcement, Requests.get("/x"))).startsWith("401");
    assertThat(body(enforcement, bearer(token(B)))).isEqualTo("200");
    assertThat(enforcement.decide(caller(null), bearer(token(A)), s -> IDP.keySet(), NOW))
        .isInstanceOf(Decision.Allowed.class);
    assertThat(enforcement.policy().keySources().keySet())
        .containsExactlyInAnyOrder(
            new KeySource.Remote("https://a.test/keys"), new KeySource.Inline(IDP.jwks()));
  }

  @Test
  void aCorsPreflightNeedsNoTokenAndAnyOtherOptionsDoes() {
    Requests options = Requests.get("/x").method("OPTIONS");
    Enforcement one = enforce(origins(origin(A)));
    assertThat(body(one, options)).startsWith("401");
    assertThat(
            body(
                one,
                options
                    .header("Origin", "https://w")
                    .header("Access-Control-Request-Method", "PUT")))
        .isEqualTo("200");
  }

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

  @Test
  void aPolicyForOnePortLeavesTheOthersAlone() {
    WorkloadPolicy plain = workload(MtlsMode.PERMISSIVE);
    AuthenticationPolicies onOther =
        new AuthenticationPolicies(null, Map.of(9000, origins(origin(A))));
    AuthenticationPolicies onThis =
        new AuthenticationPolicies(null, Map.of(8000, origins(origin(A))));
    assertThat(body(new Enforcement(with(plain, onOther), Crypto.jdk()), Requests.get("/x")))
        .isEqualTo("200");
    assertThat(body(new Enforcement(with(plain, onThis), Crypto.jdk()), Requests.get("/x")))
        .startsWith("401");
  }

  @Test
  void reasonsHoldNoToken() {
    String forged = STRANGER.sign(payload(A));
    assertThat(denied(enforce(origins(origin(A))), bearer(forged)).toString())
        .doesNotContain(forged)
        .doesNotContain(forged.substring(0, 40));
  }

  private static Enforcement enforce(AuthenticationPolicy old, AuthorizationPolicy... policies) {
    return enforce(PathNormalization.BASE, old, policies);
  }

  private static Enforcement enforce(
      PathNormalization normalization, AuthenticationPolicy old, AuthorizationPolicy... policies) {
    WorkloadPolicy plain = workload(MtlsMode.PERMISSIVE, normalization, List.of(), policies);
    return new Enforcement(with(plain, old), Crypto.jdk());
  }

  private static WorkloadPolicy with(WorkloadPolicy plain, AuthenticationPolicy old) {
    return with(plain, new AuthenticationPolicies(old, Map.of()));
  }

  private static WorkloadPolicy with(WorkloadPolicy plain, AuthenticationPolicies old) {
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

  private static AuthenticationPolicy origins(Origin... origins) {
    return new AuthenticationPolicy(
        "a", "old", false, List.of(origins), false, PrincipalBinding.USE_ORIGIN);
  }

  private static Origin origin(String issuer, TriggerRule... triggers) {
    JwtRule rule = jwt(issuer, List.of(), List.of(), new KeySource.Inline(IDP.jwks()));
    return new Origin(rule, false, List.of(triggers));
  }

  private static JwtRule jwt(
      String issuer, List<String> audiences, List<String> headers, KeySource keys) {
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

  private static Source requestPrincipals(String pattern) {
    return new Source(
        TextField.ANY,
        anyOf(pattern),
        TextField.ANY,
        TextField.ANY,
        TextField.ANY,
        ANY_SOURCE.ipBlocks(),
        ANY_SOURCE.remoteIpBlocks());
  }

  private static String payload(String issuer) {
    return "{\"iss\":\"%s\",\"exp\":%d,\"sub\":\"alice\",\"aud\":\"api\",\"role\":\"admin\"}"
        .formatted(issuer, NOW.getEpochSecond() + 600);
  }

  private static String token(String issuer) {
    return IDP.sign(payload(issuer));
  }

  private static Requests bearer(String token) {
    return Requests.get("/x").header("Authorization", "Bearer " + token);
  }

  private static @Nullable String principal(
      Enforcement enforcement, @Nullable String peer, Requests request) {
    Decision decision = enforcement.decide(caller(peer), request, KeySets.NONE, NOW);
    assertThat(decision).isInstanceOf(Decision.Allowed.class);
    return decision.requestPrincipal();
  }

  private static String body(Enforcement enforcement, Requests request) {
    return switch (enforcement.decide(caller(null), request, KeySets.NONE, NOW)) {
      case Decision.Allowed allowed -> "200";
      case Decision.Denied denied -> denied.status() + " " + denied.body();
    };
  }

  private static Decision.Allowed allowed(Enforcement enforcement, Requests request) {
    Decision decision = enforcement.decide(caller(null), request, KeySets.NONE, NOW);
    assertThat(decision).isInstanceOf(Decision.Allowed.class);
    return (Decision.Allowed) decision;
  }

  private static Decision.Denied denied(Enforcement enforcement, Requests request) {
    Decision decision = enforcement.decide(caller(null), request, KeySets.NONE, NOW);
    assertThat(decision).isInstanceOf(Decision.Denied.class);
    return (Decision.Denied) decision;
  }
}
