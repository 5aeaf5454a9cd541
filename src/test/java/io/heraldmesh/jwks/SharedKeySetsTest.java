package io.heraldmesh.jwks;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.SharedKeysService;
import io.heraldmesh.bus.SharedKeysService.Shared;
import io.heraldmesh.bus.SharedKeysService.Wanted;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The control plane asks an issuer once for the whole mesh: a real https server that counts, signed
 * messages over a bus, and nodes that have no other way to a key.
 */
class SharedKeySetsTest {
  private static final int NODES = 8;

  /** A fetch takes milliseconds, but the machine may be busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** Both sides pause for up to half a minute, after a few failures, before they try again. */
  private static final Duration RETRIES = Duration.ofMinutes(2);

  private static final Duration LONG = Duration.ofMinutes(20);

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final List<KeySetService> nodes = new ArrayList<>();
  private KeyServer issuer;
  private KeySource source;
  private @Nullable MeshKeySets control;

  @BeforeEach
  void startIssuer() throws Exception {
    issuer = KeyServer.start(vertx, "localhost");
    issuer.serve(keys("a"));
    source = new KeySource.Remote(issuer.uri("/jwks"));
  }

  @AfterEach
  void stop() {
    everythingStops();
    issuer.close();
    Await.result(vertx.close());
  }

  @Test
  void manyNodesCostAnIssuerOneFetch() {
    control(LONG).watch(Map.of(source, PATIENCE));
    startNodes(LONG);
    assertThat(nodes).allSatisfy(node -> assertThat(kid(node)).isEqualTo("a"));
    assertThat(issuer.requests).hasValue(1);
  }

  @Test
  void aKeyThatOneNodeMissesIsFetchedOnceForAll() {
    control(LONG).watch(Map.of(source, PATIENCE));
    startNodes(LONG);
    issuer.serve(keys("b"));
    for (KeySetService node : nodes) {
      for (int i = 0; i < 100; i++) {
        node.current().unknownKey(source);
      }
    }
    Await.until("all have it", () -> nodes.stream().allMatch(node -> kid(node).equals("b")));
    assertThat(issuer.requests).hasValue(2);
  }

  @Test
  void aKeyThatIsStillUnknownIsNotAskedForByEveryNode() {
    control(LONG).watch(Map.of(source, PATIENCE));
    startNodes(LONG);
    List<Shared> answers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      answers.add(Await.result(as(HeraldRole.NODE, "n" + i).get(missed())));
    }
    assertThat(issuer.requests).as("in half a minute").hasValue(2);
    assertThat(answers.getFirst().again()).as("asked").isNull();
    assertThat(answers.getLast().again())
        .as("told when it is worth asking again")
        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(30));
    assertThat(answers).allSatisfy(answer -> assertThat(answer.keySet()).isNull());
  }

  @Test
  void aRotationReachesEveryNodeInTheTimeOfOneFetchAndOneQuestion() {
    control(Duration.ofMillis(500)).watch(Map.of(source, PATIENCE));
    startNodes(Duration.ofMillis(500));
    issuer.serve(keys("b"));
    Await.until(
        PATIENCE,
        "all have the new key and none the old one",
        () -> nodes.stream().allMatch(node -> kid(node).equals("b")));
  }

  @Test
  void nodesKeepWhatTheyHaveWhileTheControlPlaneIsAwayAndAskWhenItIsBack() {
    control(LONG).watch(Map.of(source, PATIENCE));
    KeySetService node = startNode("n1", LONG);
    controlStops();
    node.current().unknownKey(source);
    Await.until("it noticed", () -> health(node).failures() > 0);
    assertThat(kid(node)).isEqualTo("a");
    assertThat(health(node).lastError()).contains("control plane");
    assertThat(issuer.requests).as("a node never asks an issuer").hasValue(1);

    issuer.serve(keys("b"));
    control(LONG).watch(Map.of(source, PATIENCE));
    Await.until("fetched by the new one", () -> issuer.requests.get() == 2);
    node.reachable();
    Await.until("the node has it", () -> kid(node).equals("b"));
    assertThat(health(node).lastError()).isNull();
  }

  @Test
  void everythingRestartsWhileTheIssuerIsDownAndAllHaveItsKeys() {
    control(LONG).watch(Map.of(source, PATIENCE));
    KeySetService before = startNode("n1", LONG);
    Instant fetched = health(before).lastSuccess();
    Await.until("both have kept it", () -> kept("control") && kept("n1"));
    everythingStops();
    issuer.behave(request -> request.response().setStatusCode(503).end());

    KeySetService alone = startNode("n1", LONG);
    assertThat(kid(alone)).as("without a control plane").isEqualTo("a");
    control(LONG).watch(Map.of(source, PATIENCE));
    KeySetService fresh = startNode("n2", LONG);
    assertThat(kid(fresh)).as("of a node that never had it").isEqualTo("a");
    assertThat(health(fresh))
        .satisfies(h -> assertThat(h.lastSuccess()).isEqualTo(fetched))
        .satisfies(h -> assertThat(h.lastError()).contains("status 503"));
  }

  @Test
  void anIssuerThatWasNeverReachedIsNamedAtTheNode() {
    issuer.behave(request -> request.response().setStatusCode(503).end());
    control(LONG).watch(Map.of(source, PATIENCE));
    KeySetService node = startNode("n1", LONG);
    assertThat(node.current().get(source)).isNull();
    // Before that, on a busy machine: that the control node has not heard of it either.
    Await.until(
        RETRIES, "named", () -> String.valueOf(health(node).lastError()).contains("status 503"));
    issuer.serve(keys("a"));
    Await.until(RETRIES, "both try again by themselves", () -> node.current().get(source) != null);
  }

  @Test
  void aControlNodeThatHasCompiledNothingYetSaysToAskAgainAndNotThatNoPolicyNamesIt() {
    MeshKeySets fresh = control(LONG);
    KeySetService node = startNode("n1", LONG);
    assertThat(node.current().get(source)).isNull();
    assertThat(health(node).lastError())
        .contains("not ready yet, ask again")
        .doesNotContain("no policy");
    fresh.watch(Map.of(source, PATIENCE));
    Await.until(RETRIES, "it asked again", () -> kid(node).equals("a"));
  }

  @Test
  void aSourceThatNoPolicyNamesIsFetchedForNobody() {
    control(LONG).watch(Map.of());
    KeySetService node = startNode("n1", LONG);
    assertThat(node.current().get(source)).isNull();
    assertThat(health(node).lastError()).contains("no policy in force names this source");
    assertThat(failure(as(HeraldRole.NODE, "n1").get(missed()))).isEqualTo(BusFailure.NOT_READY);
    assertThat(issuer.requests).hasValue(0);
  }

  @Test
  void aSetThatTheControlPlaneDidNotSignIsRefused() {
    for (HeraldRole forger : List.of(HeraldRole.NODE, HeraldRole.CA, HeraldRole.ADMIN)) {
      var serving =
          Await.result(
              SharedKeysService.serve(
                  mesh.bus(vertx, forger, "forger"),
                  (asked, wanted) ->
                      Future.succeededFuture(new Shared(Instant.now(), keys("evil"), null, null))));
      KeySetService node = startNode("n-" + forger, LONG);
      assertThat(node.current().get(source)).as("signed as " + forger).isNull();
      Await.result(serving.close());
    }
    TestAuthority stranger = new TestAuthority(InstantSource.system());
    var serving =
        Await.result(
            SharedKeysService.serve(
                stranger.bus(vertx, HeraldRole.CONFIG, "c1"),
                (asked, wanted) ->
                    Future.succeededFuture(new Shared(Instant.now(), keys("evil"), null, null))));
    KeySetService node = startNode("n-stranger", LONG);
    assertThat(node.current().get(source)).as("signed under another root").isNull();
    Await.result(serving.close());
  }

  @Test
  void aSetOfTheControlPlaneThatIsNoneChangesNothing() {
    control(LONG).watch(Map.of(source, PATIENCE));
    KeySetService node = startNode("n1", LONG);
    controlStops();
    List<String> bad =
        List.of("", "{}", "{\"keys\":[]}", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"}]}");
    for (String keySet : bad) {
      int failures = health(node).failures();
      var serving =
          Await.result(
              SharedKeysService.serve(
                  mesh.bus(vertx, HeraldRole.CONFIG, "c1"),
                  (asked, wanted) ->
                      Future.succeededFuture(new Shared(Instant.now(), keySet, null, null))));
      if (failures == 0) {
        node.current().unknownKey(source);
      } else {
        node.reachable();
      }
      Await.until("it was looked at", () -> health(node).failures() > failures);
      assertThat(kid(node)).isEqualTo("a");
      Await.result(serving.close());
    }
  }

  @Test
  void onlyNodesMayAsk() {
    control(LONG).watch(Map.of(source, PATIENCE));
    for (HeraldRole role : List.of(HeraldRole.ADMIN, HeraldRole.CA, HeraldRole.OPERATOR)) {
      assertThat(failure(as(role, "x").get(missed()))).isEqualTo(BusFailure.FORBIDDEN);
    }
    assertThat(
            failure(
                as(HeraldRole.NODE, "n1").get(new Wanted(new KeySource.Inline("{}"), null, false))))
        .isEqualTo(BusFailure.MALFORMED);
  }

  private Wanted missed() {
    return new Wanted(source, kidDigest(), true);
  }

  private @Nullable String kidDigest() {
    return nodes.isEmpty() || nodes.getFirst().health().isEmpty()
        ? null
        : health(nodes.getFirst()).digest();
  }

  private SharedKeysService as(HeraldRole role, String name) {
    return SharedKeysService.over(mesh.bus(vertx, role, name));
  }

  private static BusFailure failure(Future<?> future) {
    return ((BusException) Await.failure(future)).failure();
  }

  private MeshKeySets control(Duration refresh) {
    MeshKeySets made =
        new MeshKeySets(
            vertx,
            mesh.bus(vertx, HeraldRole.CONFIG, "c1"),
            KeySetServiceFixture.under(issuer.root, false)
                .withRefresh(refresh)
                .withFolder(folder.resolve("control")),
            new SimpleMeterRegistry(),
            InstantSource.system(),
            new Random(1));
    Await.result(made.start());
    control = made;
    return made;
  }

  private void startNodes(Duration refresh) {
    for (int i = 0; i < NODES; i++) {
      startNode("n" + i, refresh);
    }
  }

  /** It trusts no server at all, so that it could not fetch by itself. */
  private KeySetService startNode(String name, Duration refresh) {
    KeySetService node =
        KeySetService.over(
            as(HeraldRole.NODE, name),
            vertx,
            KeySetSettings.DEFAULTS.withRefresh(refresh).withFolder(folder.resolve(name)),
            new SimpleMeterRegistry(),
            InstantSource.system(),
            new Random(1));
    nodes.add(node);
    Await.result(node.watch(Map.of(source, PATIENCE)));
    return node;
  }

  private boolean kept(String name) {
    String[] files = folder.resolve(name).toFile().list((in, file) -> file.endsWith(".json"));
    return files != null && files.length == 1;
  }

  private void everythingStops() {
    nodes.forEach(node -> Await.result(node.close()));
    nodes.clear();
    controlStops();
  }

  private void controlStops() {
    if (control != null) {
      Await.result(control.close());
      control = null;
    }
  }

  private String kid(KeySetService node) {
    KeySet set = node.current().get(source);
    return set == null ? "none" : String.valueOf(set.keys().getFirst().kid());
  }

  private static KeySourceHealth health(KeySetService node) {
    return node.health().getFirst();
  }

  private static String keys(String kid) {
    try {
      return new JWKSet(new ECKeyGenerator(Curve.P_256).keyID(kid).generate()).toString();
    } catch (com.nimbusds.jose.JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
