package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwks.KeySetService;
import io.heraldmesh.jwks.KeySetSettings;
import io.heraldmesh.jwks.KeySourceHealth;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.policy.AuthenticationPolicies;
import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Operation;
import io.heraldmesh.policy.PathNormalization;
import io.heraldmesh.policy.PortField;
import io.heraldmesh.policy.Rule;
import io.heraldmesh.policy.TextField;
import io.heraldmesh.policy.TextMatch;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.policy.WorkloadPolicy;
import io.heraldmesh.proxy.log.AccessLog;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Keys are fetched for the policy that is in force, whatever becomes of the next one. */
class WatchedKeysTest {
  /** Nobody listens there, so every fetch fails at once. */
  private static final String FIRST = "https://127.0.0.1:1/first";

  private static final String SECOND = "https://127.0.0.1:1/second";

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final KeySetService keys =
      new KeySetService(
          vertx, KeySetSettings.DEFAULTS, meters, InstantSource.system(), new Random(1));

  /** Its first snapshot names no keys. */
  private final HandedPolicy source =
      new HandedPolicy(new NodeSnapshot("n1", List.of(), List.of()));

  private final ProxyVerticle proxy = proxy();

  @AfterEach
  void stop() {
    Await.result(vertx.close());
  }

  @Test
  void thoseOfTheSnapshotInForceAreWatched() {
    Await.result(vertx.deployVerticle(proxy));
    Await.result(source.apply(snapshot(FIRST)));
    Await.until("the keys of what is in force are watched", () -> watched().equals(List.of(FIRST)));
    Await.result(source.apply(snapshot(SECOND)));
    Await.until(
        "the keys of what is in force are watched", () -> watched().equals(List.of(SECOND)));
  }

  @Test
  void theyStayWatchedWhereTheNextSnapshotCannotBePutIntoForce() {
    Await.result(vertx.deployVerticle(proxy));
    Await.result(source.apply(snapshot(FIRST)));
    assertThat(Await.failure(source.apply(snapshot(SECOND, unusable()))))
        .hasMessageContaining("no template in hosts");
    Await.until("the keys of what is in force are watched", () -> watched().equals(List.of(FIRST)));
  }

  private List<String> watched() {
    return keys.health().stream().map(KeySourceHealth::source).toList();
  }

  private ProxyVerticle proxy() {
    ProxySettings settings =
        new ProxySettings(
            "n1", new TrustDomain("mesh.test"), List.of(), Limits.DEFAULTS, false, null, false);
    DataPath path =
        new DataPath(
            vertx,
            settings,
            new TestCredentials(),
            keys::current,
            Crypto.jdk(),
            meters,
            AccessLog.NONE,
            InstantSource.system(),
            new OwnListeners());
    return new ProxyVerticle(settings, path, keys, source, Duration.ZERO);
  }

  private static NodeSnapshot snapshot(String keys, AuthorizationPolicy... policies) {
    JwtRule rule =
        new JwtRule(
            "https://issuer.test",
            List.of(),
            new KeySource.Remote(keys),
            List.of(),
            List.of(),
            List.of(),
            false,
            null,
            List.of(),
            Set.of());
    WorkloadPolicy policy =
        new WorkloadPolicy(
            new Workload("a", "svc"),
            "svc",
            MtlsMode.STRICT,
            Map.of(),
            List.of(rule),
            List.of(policies),
            PathNormalization.BASE,
            List.of(new TrustDomain("mesh.test")),
            AuthenticationPolicies.NONE);
    return new NodeSnapshot("n1", List.of(policy), List.of());
  }

  /** As a control plane of another version could send it. */
  private static AuthorizationPolicy unusable() {
    TextField hosts = new TextField(List.of(new TextMatch.Template("/{*}")), List.of());
    Operation operation = new Operation(hosts, PortField.ANY, TextField.ANY, TextField.ANY);
    return new AuthorizationPolicy(
        "a",
        "p",
        AuthorizationPolicy.Action.DENY,
        false,
        List.of(new Rule(List.of(), List.of(operation), List.of())),
        null);
  }
}
