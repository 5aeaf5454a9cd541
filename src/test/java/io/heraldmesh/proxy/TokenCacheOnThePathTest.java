package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.WorkloadPolicy;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Verified tokens on the data path: over real sockets, through two proxies. */
class TokenCacheOnThePathTest {
  private static final ECKey KEY = key();
  private static final String TOKEN = token();

  private final Mesh mesh;

  TokenCacheOnThePathTest() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  private static ECKey key() {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID("k").generate();
    } catch (com.nimbusds.jose.JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String token() {
    try {
      SignedJWT jwt =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k").build(),
              new JWTClaimsSet.Builder()
                  .issuer("me")
                  .subject("alice")
                  .audience("api")
                  .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
                  .build());
      jwt.sign(new ECDSASigner(KEY));
      return jwt.serialize();
    } catch (com.nimbusds.jose.JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static NodeSnapshot snapshot(String... audiences) {
    JwtRule rule =
        new JwtRule(
            "me",
            List.of(audiences),
            new KeySource.Inline(new JWKSet(KEY).toString()),
            List.of(),
            List.of(),
            List.of(),
            true,
            null,
            List.of(),
            Set.of());
    WorkloadPolicy p = Mesh.workloadPolicy(Mesh.SERVER, MtlsMode.STRICT);
    return new NodeSnapshot(
        "server",
        List.of(
            new WorkloadPolicy(
                p.workload(),
                p.serviceAccount(),
                p.mtls(),
                p.portMtls(),
                List.of(rule),
                p.authorization(),
                p.normalization(),
                p.trustDomains(),
                p.authentication())),
        List.of());
  }

  private int status() throws Exception {
    return status(mesh);
  }

  private static int status(Mesh mesh) throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("GET /x HTTP/1.1", "Host: server.b", "Authorization: Bearer " + TOKEN);
      return client.answer().status();
    }
  }

  private double metric(String name) {
    return metric(mesh, name);
  }

  private static double metric(Mesh mesh, String name) {
    return mesh.meters
        .get("herald_token_cache_" + name)
        .tag("node", "server")
        .meter()
        .measure()
        .iterator()
        .next()
        .getValue();
  }

  @Test
  void aTokenIsVerifiedOnceOnAllLoopsUntilPolicyChanges() throws Exception {
    mesh.server.apply(snapshot("api"));
    for (int i = 0; i < 8; i++) {
      assertThat(status()).isEqualTo(200);
    }
    System.gc(); // a registry holds weakly what it counts
    assertThat(metric("misses")).isEqualTo(1);
    // A request that is still running is looked at again when policy changes: hits may be more.
    assertThat(metric("hits")).isGreaterThanOrEqualTo(7);
    assertThat(metric("bytes")).isPositive();

    mesh.server.apply(snapshot("api")); // the same, as when an endpoint came or went
    assertThat(status()).isEqualTo(200);
    assertThat(metric("misses")).isEqualTo(1);
    assertThat(metric("hits")).isGreaterThanOrEqualTo(8);

    mesh.server.apply(snapshot("other"));
    assertThat(metric("bytes")).as("begins empty").isZero();
    assertThat(status()).isEqualTo(403);
    assertThat(metric("bytes")).isZero();

    mesh.server.apply(snapshot("api", "other"));
    double misses = metric("misses");
    assertThat(status()).isEqualTo(200);
    assertThat(metric("misses")).isGreaterThan(misses);
    assertThat(metric("evictions")).isZero();
  }

  @Test
  void switchedOffEveryTokenIsVerifiedEachTime() throws Exception {
    Limits off = Limits.DEFAULTS.with(to -> to.tokenCacheBytes(0));
    try (Mesh other = Mesh.ready(Mesh.Options.DEFAULT.limits(off))) {
      other.server.apply(snapshot("api"));
      assertThat(status(other)).isEqualTo(200);
      assertThat(status(other)).isEqualTo(200);
      assertThat(metric(other, "hits")).isZero();
      assertThat(metric(other, "bytes")).isZero();
    }
  }
}
