package io.heraldmesh.jwks;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.SharedKeySets.SharedKeySet;
import io.heraldmesh.bus.SharedKeysService;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.distributor.DistributorVerticle;
import io.heraldmesh.distributor.KeySharing;
import io.heraldmesh.distributor.Ledger;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The control plane keeps the key sets that policies name, whatever nodes there are: a distributor,
 * a real https server, signed messages over a bus, and timers that are wound by hand.
 */
class NamedKeySetsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final Store store = SqliteStore.inMemory();
  private final ManualTimers timers = new ManualTimers();
  private final AtomicInteger told = new AtomicInteger();
  private KeyServer issuer;
  private KeySource source;
  private DistributorVerticle distributor;

  @BeforeEach
  void start() throws Exception {
    issuer = KeyServer.start(vertx, "localhost");
    issuer.serve(new JWKSet(new ECKeyGenerator(Curve.P_256).keyID("a").generate()).toString());
    source = new KeySource.Remote(issuer.uri("/jwks"));
    mesh.grantEpochs(vertx);
    distributor =
        new DistributorVerticle(
            mesh.bus(vertx, HeraldRole.CONFIG, "c1"),
            () -> new Registrations(Map.of("n1", Set.of(new WorkloadIdentity("shop", "web")))),
            new MeshCompiler(TestAuthority.TD)::compile,
            Ledger.of(store),
            InstantSource.system(),
            new SimpleMeterRegistry(),
            Duration.ZERO,
            new Sharing());
    Await.result(vertx.deployVerticle(distributor));
  }

  @AfterEach
  void stop() {
    issuer.close();
    Await.result(vertx.close());
    store.close();
  }

  /** As the node that distributes has it; counts how often it is told what there is. */
  private final class Sharing implements KeySharing {
    private final MeshKeySets keys =
        new MeshKeySets(
            vertx,
            mesh.bus(vertx, HeraldRole.CONFIG, "c1"),
            KeySetServiceFixture.under(issuer.root, false).withFolder(folder),
            new SimpleMeterRegistry(),
            InstantSource.system(),
            new Random(1),
            timers);

    @Override
    public Future<Void> start() {
      return keys.start();
    }

    @Override
    public void watch(Map<KeySource, Duration> sources) {
      keys.watch(sources);
      told.incrementAndGet();
    }

    @Override
    public List<SharedKeySet> freshness() {
      return List.of();
    }

    @Override
    public Future<Void> close() {
      return keys.close();
    }
  }

  private Resources policy() {
    return ResourceReader.read(
        "mesh.yaml",
        """
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: users, namespace: shop}
        spec:
          selector: {matchLabels: {app: web}}
          jwtRules: [{issuer: users, jwksUri: "%s", timeout: 15s}]
        """
            .formatted(issuer.uri("/jwks")));
  }

  private DistributorService node() {
    return DistributorService.over(mesh.bus(vertx, HeraldRole.NODE, "n1"));
  }

  private static Announcement announcement(long sequence) {
    return new Announcement(
        sequence,
        List.of(
            new AnnouncedWorkload("shop", "web", "web", Map.of("app", "web"), List.of(), true)));
  }

  /** A node that never had the set asks, again and again, until so it is. */
  private void freshNode(String what, Predicate<KeySetService> so) {
    KeySetService fresh =
        KeySetService.over(
            SharedKeysService.over(mesh.bus(vertx, HeraldRole.NODE, "n1")),
            vertx,
            KeySetSettings.DEFAULTS,
            new SimpleMeterRegistry(),
            InstantSource.system(),
            new Random(1));
    Await.result(fresh.watch(Map.of(source, PATIENCE)));
    Await.until(what, () -> so.test(fresh));
    Await.result(fresh.close());
  }

  private boolean hasKey(KeySetService node) {
    KeySet set = node.current().get(source);
    return set != null && "a".equals(set.keys().getFirst().kid());
  }

  private static String error(KeySetService node) {
    return String.valueOf(node.health().getFirst().lastError());
  }

  private int kept() {
    String[] files = folder.toFile().list((in, file) -> file.endsWith(".json"));
    return files == null ? 0 : files.length;
  }

  @Test
  void aSetStaysThoughAllNodesThatNeedItAreAwayForLongerThanSetsOutliveTheirPolicy() {
    Await.result(node().announce(announcement(1)));
    Await.result(distributor.apply(policy()));
    freshNode("has it", this::hasKey);

    int before = told.get();
    Await.result(node().withdraw(2));
    Await.until("compiled without the node", () -> told.get() > before);
    freshNode("has it", this::hasKey);
    timers.wind(Duration.ofMinutes(11));
    issuer.behave(request -> request.response().setStatusCode(503).end());

    freshNode("has it", this::hasKey);
    Await.until("still on disk", () -> kept() == 1);
  }

  @Test
  void aSetIsForgottenOnceNoPolicyNamesItsSource() {
    Await.result(node().announce(announcement(1)));
    Await.result(distributor.apply(policy()));
    freshNode("has it", this::hasKey);

    Await.result(distributor.apply(ResourceReader.read("mesh.yaml", "")));
    freshNode("refused", node -> error(node).contains("no policy in force names this source"));
    timers.wind(Duration.ofMinutes(11));

    Await.until("not on disk", () -> kept() == 0);
  }
}
