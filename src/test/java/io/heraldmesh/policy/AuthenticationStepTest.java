package io.heraldmesh.policy;

import static io.heraldmesh.policy.OriginPolicies.A;
import static io.heraldmesh.policy.OriginPolicies.B;
import static io.heraldmesh.policy.OriginPolicies.IDP;
import static io.heraldmesh.policy.OriginPolicies.STRANGER;
import static io.heraldmesh.policy.OriginPolicies.allowed;
import static io.heraldmesh.policy.OriginPolicies.bearer;
import static io.heraldmesh.policy.OriginPolicies.body;
import static io.heraldmesh.policy.OriginPolicies.denied;
import static io.heraldmesh.policy.OriginPolicies.enforce;
import static io.heraldmesh.policy.OriginPolicies.jwt;
import static io.heraldmesh.policy.OriginPolicies.origin;
import static io.heraldmesh.policy.OriginPolicies.origins;
import static io.heraldmesh.policy.OriginPolicies.payload;
import static io.heraldmesh.policy.OriginPolicies.requestPrincipals;
import static io.heraldmesh.policy.OriginPolicies.token;
import static io.heraldmesh.policy.OriginPolicies.with;
import static io.heraldmesh.policy.Policies.NOW;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a v1alpha1 policy lets pass and what it answers, with really signed tokens. */
class AuthenticationStepTest {
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
}
