package io.heraldmesh.jwks;

import static io.heraldmesh.jwks.KeyServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.OidcProvider;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real OpenID provider can do wrong, by discovery; the timers are wound by hand. */
@Timeout(120)
class OidcProviderTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir static Path folder;
  private static Vertx vertx;
  private static OidcProvider provider;

  private final ManualTimers timers = new ManualTimers();
  private KeySource source;
  private KeySetService service;

  @BeforeAll
  static void startProvider() throws IOException {
    provider = OidcProvider.start(folder);
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stopProvider() {
    if (vertx != null) {
      await(vertx.close());
      provider.close();
    }
  }

  @BeforeEach
  void start() throws IOException {
    provider.fault("none");
    provider.goodCertificate();
    source = new KeySource.Discovered(provider.issuer());
    service =
        new KeySetService(
            vertx,
            KeySetSettings.DEFAULTS.withReach(
                new Reach(
                    true,
                    address -> false,
                    null,
                    true,
                    Map.of(provider.server(), Files.readString(provider.root())))),
            new SimpleMeterRegistry(),
            InstantSource.system(),
            new Random(1),
            timers);
  }

  @AfterEach
  void stop() {
    await(service.close());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "slow",
        "large",
        "redirect",
        "garbage",
        "empty",
        "html",
        "error",
        "reset",
        "unusable"
      })
  void aFaultChangesNothingAndIsOverWhenItIsOver(String fault) throws InterruptedException {
    watch(fault.equals("slow") ? Duration.ofSeconds(2) : TIMEOUT);
    KeySet before = held();
    provider.fault(fault);
    timers.next().fire();
    ManualTimers.Entry retry = timers.next();
    assertThat(service.current().get(source)).as("the very same set").isSameAs(before);
    assertThat(health().failures()).isEqualTo(1);
    assertThat(health().lastError()).isNotBlank().doesNotContain("<", "{");
    provider.fault("none");
    retry.fire();
    timers.next();
    assertThat(health().lastError()).isNull();
    assertThat(held().digest()).isEqualTo(before.digest());
  }

  @Test
  void unusableKeysBesideGoodOnesDoNoHarm() {
    provider.fault("mixed");
    watch(TIMEOUT);
    assertThat(held().keys()).allMatch(key -> Objects.requireNonNull(key.kid()).startsWith("k"));
    assertThat(held().skipped())
        .extracting(KeySet.Note::text)
        .containsExactly(
            "symmetric keys (kty oct) are never accepted",
            "use is not sig",
            "crv is not Ed25519",
            "kty is none of RSA, EC, OKP");
  }

  @Test
  void aCertificateThatEndedOrIsForeignIsNoProvider() throws Exception {
    watch(TIMEOUT);
    KeySet before = held();
    provider.expireCertificate();
    timers.next().fire();
    ManualTimers.Entry retry = timers.next();
    assertThat(health().lastError()).startsWith("TLS handshake failed").contains("Expired");
    provider.foreignCertificate();
    retry.fire();
    retry = timers.next();
    assertThat(health().lastError()).startsWith("TLS handshake failed");
    assertThat(service.current().get(source)).isSameAs(before);
    provider.goodCertificate();
    retry.fire();
    timers.next();
    assertThat(health().lastError()).isNull();
  }

  @Test
  void aProviderThatIsDownKeepsItsKeysInForceAndIsFoundAgain() throws InterruptedException {
    watch(TIMEOUT);
    KeySet before = held();
    provider.down();
    try {
      timers.next().fire();
      ManualTimers.Entry retry = timers.next();
      assertThat(retry.delay()).isGreaterThanOrEqualTo(Duration.ofSeconds(30));
      assertThat(health().lastError()).isEqualTo("connection refused or not possible");
      assertThat(service.current().get(source)).isSameAs(before);
      provider.up();
      provider.rotate();
      retry.fire();
    } finally {
      provider.up();
    }
    timers.next();
    assertThat(held().digest()).isNotEqualTo(before.digest());
  }

  @Test
  void aRotationIsFollowedAndAWithdrawnKeyGoes() throws InterruptedException {
    watch(TIMEOUT);
    timers.next();
    String fresh = provider.rotate();
    service.current().unknownKey(source);
    ManualTimers.Entry refresh = timers.next();
    assertThat(kids()).hasSize(2).contains(fresh);
    provider.withdraw();
    refresh.fire();
    timers.next();
    assertThat(kids()).containsExactly(fresh);
  }

  private List<String> kids() {
    return held().keys().stream().map(key -> Objects.requireNonNull(key.kid())).toList();
  }

  private void watch(Duration timeout) {
    await(service.watch(Map.of(source, timeout)));
  }

  private KeySet held() {
    return Objects.requireNonNull(service.current().get(source), "no set in force");
  }

  private KeySourceHealth health() {
    return service.health().getFirst();
  }
}
