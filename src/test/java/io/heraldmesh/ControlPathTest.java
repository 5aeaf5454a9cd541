package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.credentials.SealedState;
import io.heraldmesh.distributor.DistributorVerticle;
import io.heraldmesh.distributor.Ledger;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.proxy.KeptSnapshot;
import io.heraldmesh.proxy.SnapshotSubscriber;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes in at one end of {@link ControlPath} and out at the other. */
class ControlPathTest extends ControlPath {
  @TempDir private Path folder;

  @Test
  void eachNodeGetsItsLeavesAndTheyAreInTheLog() {
    web.credentials.start();
    client.credentials.start();
    Await.result(web.credentials.complete());
    Await.result(client.credentials.complete());

    assertThat(web.credentials.current().leaves())
        .containsOnlyKeys(SpiffeId.workload(TestAuthority.TD, "shop", "web"));
    assertThat(client.credentials.current().leaves())
        .containsOnlyKeys(SpiffeId.workload(TestAuthority.TD, "shop", "client"));
    assertThat(store.issuanceLog().size()).isEqualTo(2);
  }

  @Test
  void resourcesBecomeSnapshotsInForceOnBothNodes() {
    begin();

    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);
    assertThat(client.last().destinations())
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.service()).isEqualTo("shop/web");
              assertThat(d.identities())
                  .containsExactly(SpiffeId.workload(TestAuthority.TD, "shop", "web"));
              assertThat(d.endpoints()).hasSize(1);
            });
  }

  @Test
  void aChangeIsANewRevisionInForceOnAllAndAcknowledged() {
    begin();
    Revision before = inForce(STRICT);

    Revision after = inForce(STRICT.replace("STRICT", "PERMISSIVE"));

    assertThat(after.isAfter(before)).isTrue();
    assertThat(web.mode()).isEqualTo(MtlsMode.PERMISSIVE);
    MeshStatus status = Await.result(distributor.status());
    assertThat(status.revision()).isEqualTo(after);
    assertThat(status.inForce()).isEqualTo(2);
    assertThat(status.problems()).isEmpty();
  }

  @Test
  void whatChangesNothingIsNoNewRevision() {
    begin();
    Revision before = inForce(STRICT);
    int had = web.snapshots.size();

    assertThat(inForce(STRICT + "# a comment\n")).isEqualTo(before);
    assertThat(web.snapshots).hasSize(had);
  }

  @Test
  void aBurstOfChangesIsFewRevisionsAndTheLastWins() {
    begin();
    Revision before = inForce(STRICT);

    List<Future<Revision>> burst = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      burst.add(
          distributor.apply(read(STRICT.replace("STRICT", i % 2 == 0 ? "PERMISSIVE" : "DISABLE"))));
    }
    Revision last = Await.result(burst.getLast());
    Await.result(distributor.inForce(last));

    assertThat(web.mode()).isEqualTo(MtlsMode.DISABLE);
    assertThat(last.number() - before.number())
        .isLessThan(25); // how few depends on the machine; far fewer than one each
  }

  @Test
  void resourcesWithErrorsChangeNothing() {
    begin();
    Revision before = inForce(STRICT);
    Resources bad = ResourceReader.read("bad.yaml", STRICT.replace("STRICT", "STRICKT"));
    assertThat(bad.problems().hasErrors()).isTrue();

    assertThat(Await.failure(distributor.apply(bad))).isNotNull();

    MeshStatus status = Await.result(distributor.status());
    assertThat(status.revision()).isEqualTo(before);
    assertThat(status.problems()).hasSize(1);
    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);
    assertThat(metrics.counter("herald_config_rejected").count()).isEqualTo(1);
    inForce(STRICT.replace("STRICT", "DISABLE"));
    assertThat(Await.result(distributor.status()).problems()).isEmpty();
  }

  @Test
  void whenTheCompilerFailsWhatIsInForceStaysAndNodesAreStillAnswered() {
    begin();
    Revision before = inForce(STRICT);
    compilerFault = new IllegalStateException("broken on purpose");

    assertThat(Await.failure(distributor.apply(read(STRICT.replace("STRICT", "DISABLE")))))
        .hasMessage("broken on purpose");
    assertThat(Await.result(distributor.status()).problems())
        .singleElement()
        .asString()
        .contains("broken on purpose");
    compilerFault = null;

    Await.result(client.subscriber.announce(List.of(workload("client", false))));
    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);
    assertThat(Await.result(distributor.status()).revision()).isEqualTo(before);
  }

  @Test
  void aNodeThatAnnouncesAServiceAccountOfAnotherIsRefusedAndNothingOfItCounts() {
    begin();
    BusException refusal =
        (BusException)
            Await.failure(
                client.subscriber.announce(
                    List.of(workload("client", true), workload("web", true))));

    assertThat(refusal.failure()).isEqualTo(BusFailure.NOT_REGISTERED);
    assertThat(Await.result(distributor.status()).problems())
        .containsExactly(
            "node n2 announced service account shop/web, which is not registered for it");
    assertThat(client.subscriber.refusal()).isEqualTo(refusal.getMessage());
    Destination destination = client.last().destinations().getFirst();
    assertThat(destination.endpoints()).hasSize(1);
    Await.result(client.subscriber.announce(List.of(workload("client", true))));
    assertThat(client.subscriber.refusal()).isNull();
  }

  @Test
  void aNodeThatJoinedAtAnotherControlNodeJustNowMayAnnounceItselfAtOnce() {
    Registrations joined = registrations;
    registrations = Registrations.NONE;
    elsewhere = joined;
    begin();
    inForce(STRICT);
    assertThat(Await.result(distributor.status()).problems()).isEmpty();
    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);
  }

  @Test
  void anOlderAnnouncementDoesNotReplaceALaterOne() {
    begin();
    DistributorService fromWeb = DistributorService.over(web.bus);

    BusException refusal =
        (BusException)
            Await.failure(
                fromWeb.announce(
                    new io.heraldmesh.bus.Announcement(1, List.of(workload("web", false)))));
    assertThat(refusal.failure()).isEqualTo(BusFailure.REPLAYED);
  }

  @Test
  void aWorkloadIsNoEndpointBeforeItIsReadyThoughItsNodeGetsItsPolicy() {
    SnapshotSubscriber starting = starting(null);
    Await.until("known", () -> !served().identities().isEmpty());
    assertThat(starting.revision()).isNotNull();
    assertThat(served().endpoints()).isEmpty();

    Await.result(starting.ready());
    Await.until("an endpoint", () -> served().endpoints().size() == 1);
  }

  @Test
  void aNodeThatHasKeptItsPolicyIsReadyAtOnce() throws Exception {
    SealedState state = new SealedState(folder, new SecureRandom());
    KeptSnapshot kept = new KeptSnapshot(state);
    SnapshotSubscriber before = starting(kept);
    Await.until("kept", () -> state.read("snapshot").isPresent());
    Await.result(before.close());
    assertThat(served().endpoints()).isEmpty();

    Await.result(subscriber(kept).start());
    Await.until("an endpoint", () -> served().endpoints().size() == 1);
  }

  /** It has its first snapshot, and the client has one, too. */
  private SnapshotSubscriber starting(@Nullable KeptSnapshot kept) {
    Await.result(distributor.apply(read(STRICT)).otherwiseEmpty());
    SnapshotSubscriber starting = subscriber(kept);
    Await.result(starting.start());
    Await.result(client.subscriber.start());
    Await.result(starting.first());
    Await.result(client.subscriber.first());
    return starting;
  }

  private SnapshotSubscriber subscriber(@Nullable KeptSnapshot kept) {
    return new SnapshotSubscriber(
        vertx,
        mesh.bus(vertx, HeraldRole.NODE, "n1"),
        List.of(workload("web", false)),
        clock,
        snapshot -> Future.succeededFuture(),
        kept,
        SchemaLevel.NEWEST);
  }

  private Destination served() {
    return client.last().destinations().getFirst();
  }

  @Test
  void whenAWorkloadGoesItIsNoEndpointAnyMore() {
    begin();
    Await.result(web.subscriber.withdraw());

    Await.until("no endpoint", () -> client.last().destinations().getFirst().endpoints().isEmpty());
    assertThat(Await.result(distributor.status()).nodes()).hasSize(1);
  }

  @Test
  void theLastWordOfANodeThatSaidTooMuchIsHeard() {
    begin();
    Future<Void> said = Future.succeededFuture();
    for (int i = 0; i < 1000 && said.succeeded(); i++) {
      Future<Void> next = web.subscriber.announce(List.of(workload("web", i % 2 == 1)));
      Await.until("answered", next::isComplete);
      said = next;
    }
    assertThat(said.cause()).hasMessageContaining("OVERLOADED");

    web.subscriber.announce(List.of(workload("web", false)));
    Await.until("no endpoint", () -> client.last().destinations().getFirst().endpoints().isEmpty());
    web.subscriber.announce(List.of(workload("web", true)));
    Await.until("again", () -> !client.last().destinations().getFirst().endpoints().isEmpty());
  }

  @Test
  void aNodeThatIsStartedAgainSaysWhatRunsThereNowThoughNobodyMissedIt() {
    begin();
    Await.result(web.subscriber.close());
    Node again = new Node("n1", "web", false);
    Await.result(again.subscriber.start());

    Await.until("no endpoint", () -> client.last().destinations().getFirst().endpoints().isEmpty());
    again.credentials.close();
  }

  @Test
  void aNodeThatIsStartedAgainAfterItsClockWasSetBackIsHeard() {
    begin();
    Await.result(web.subscriber.close());
    Node again = new Node("n1", "web", false, () -> clock.instant().minus(Duration.ofHours(1)));
    Await.result(again.subscriber.start());

    Await.until("no endpoint", () -> client.last().destinations().getFirst().endpoints().isEmpty());
    Await.result(again.subscriber.first());
    Await.result(again.subscriber.announce(List.of(workload("web", true))));
    Await.until("again", () -> !client.last().destinations().getFirst().endpoints().isEmpty());
    Await.result(again.subscriber.withdraw());
    Await.until("gone", () -> client.last().destinations().getFirst().endpoints().isEmpty());
    again.credentials.close();
  }

  @Test
  void aRestartedDistributorIsToldAgainAndNodesKeepWhatTheyHave() {
    begin();
    int had = web.snapshots.size();
    DistributorVerticle second =
        new DistributorVerticle(
            mesh.bus(vertx, HeraldRole.CONFIG, "config"),
            () -> registrations,
            source,
            Ledger.of(store),
            clock,
            new SimpleMeterRegistry());
    Await.result(vertx.undeploy(distributor.deploymentID()));
    assertThatThrownBy(() -> Await.result(web.subscriber.ask()))
        .hasMessageContaining("UNREACHABLE");
    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);

    Await.result(vertx.deployVerticle(second));
    Await.result(second.apply(read(STRICT)));
    Await.result(web.subscriber.ask());
    Await.result(client.subscriber.ask());
    Await.until("all again", () -> Await.result(second.status()).inForce() == 2);

    assertThat(web.snapshots.subList(had, web.snapshots.size()))
        .allSatisfy(s -> assertThat(s.workloads()).isEqualTo(web.snapshots.getFirst().workloads()));
  }

  @Test
  void statusIsForAdminOnly() {
    begin();
    DistributorService admin = DistributorService.over(mesh.bus(vertx, HeraldRole.ADMIN, "admin"));

    assertThat(Await.result(admin.status()).nodes()).hasSize(2);
    assertThat(Await.failure(DistributorService.over(web.bus).status()))
        .isInstanceOfSatisfying(
            BusException.class, e -> assertThat(e.failure()).isEqualTo(BusFailure.FORBIDDEN));
  }
}
