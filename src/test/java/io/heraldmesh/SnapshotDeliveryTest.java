package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.bus.SnapshotPush;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.vertx.core.Future;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which snapshots get into force, and which never do. */
class SnapshotDeliveryTest extends ControlPath {
  @Test
  void aSnapshotFromSomebodyElseThanConfigNeverArrives() {
    begin();
    int had = web.snapshots.size();
    SnapshotPush.Pushed forged =
        new SnapshotPush.Pushed(
            new Revision(9, 9), SnapshotCodec.encode(new NodeSnapshot("n1", List.of(), List.of())));
    SpiffeId n1 = web.identity.svid().id();

    assertPushFails(mesh.bus(vertx, HeraldRole.NODE, "n2"), n1, forged, BusFailure.FORBIDDEN);
    assertPushFails(mesh.bus(vertx, HeraldRole.ADMIN, "a"), n1, forged, BusFailure.FORBIDDEN);
    assertPushFails(
        new TestAuthority(clock).bus(vertx, HeraldRole.CONFIG, "config"),
        n1,
        forged,
        BusFailure.UNAUTHENTICATED);
    assertThat(web.snapshots).hasSize(had);
    assertThat(web.subscriber.revision()).isNotEqualTo(forged.revision());
  }

  @Test
  void anOlderRevisionIsNotPutIntoForceAgain() {
    begin();
    NodeSnapshot strict = web.last();
    inForce(STRICT.replace("STRICT", "DISABLE"));
    int had = web.snapshots.size();

    Await.result(
        SnapshotPush.push(
            mesh.bus(vertx, HeraldRole.CONFIG, "config"),
            web.identity.svid().id(),
            new SnapshotPush.Pushed(new Revision(1, 1), SnapshotCodec.encode(strict))));
    Await.result(web.subscriber.ask());

    assertThat(web.snapshots).hasSize(had);
    assertThat(web.mode()).isEqualTo(MtlsMode.DISABLE);
  }

  @Test
  void aSnapshotForAnotherNodeIsRefusedThoughConfigSignedIt() {
    begin();
    int had = web.snapshots.size();
    Await.result(
        SnapshotPush.push(
            mesh.bus(vertx, HeraldRole.CONFIG, "config"),
            web.identity.svid().id(),
            new SnapshotPush.Pushed(new Revision(1, 1000), SnapshotCodec.encode(client.last()))));

    Await.until(
        "refused",
        () ->
            Await.result(distributor.status()).nodes().stream()
                .anyMatch(n -> n.refusal() != null && n.refusal().contains("node n2")));
    assertThat(web.snapshots).hasSize(had);
  }

  @Test
  void theFirstSnapshotIsTheAnswerToAQuestionNeverAPush() {
    Await.result(web.subscriber.start());
    Await.result(
        SnapshotPush.push(
            mesh.bus(vertx, HeraldRole.CONFIG, "config"),
            web.identity.svid().id(),
            new SnapshotPush.Pushed(
                new Revision(1, 5),
                SnapshotCodec.encode(new NodeSnapshot("n1", List.of(), List.of())))));
    Await.result(web.subscriber.ask().otherwiseEmpty());

    assertThat(web.snapshots).isEmpty();
    assertThat(web.subscriber.first().isComplete()).isFalse();
  }

  @Test
  void aNodeThatCannotPutASnapshotIntoForceKeepsTheOneBeforeAndSaysSo() {
    begin();
    Revision before = inForce(STRICT);
    web.refusal = new IllegalStateException("port in use");

    Revision wanted = Await.result(distributor.apply(read(STRICT.replace("STRICT", "DISABLE"))));
    Future<Void> everywhere = distributor.inForce(wanted);
    Await.until(
        "refused",
        () ->
            Await.result(distributor.status()).nodes().stream()
                .anyMatch(n -> "port in use".equals(n.refusal())));
    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);
    assertThat(web.subscriber.revision()).isEqualTo(before);
    assertThat(everywhere.isComplete()).isFalse();

    web.refusal = null;
    Await.result(web.subscriber.ask());
    Await.result(everywhere);
    assertThat(web.mode()).isEqualTo(MtlsMode.DISABLE);
  }

  @Test
  void aPushThatGotLostIsMadeUpForByAsking() {
    begin();
    vertx
        .eventBus()
        .addInboundInterceptor(
            delivery -> {
              if (!delivery.message().address().contains("node.n1")) {
                delivery.next();
              }
            });
    Revision wanted = Await.result(distributor.apply(read(STRICT.replace("STRICT", "DISABLE"))));
    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);

    Await.result(web.subscriber.ask());

    Await.result(distributor.inForce(wanted));
    assertThat(web.mode()).isEqualTo(MtlsMode.DISABLE);
  }

  private static void assertPushFails(
      SignedBus from, SpiffeId to, SnapshotPush.Pushed snapshot, BusFailure failure) {
    assertThat(Await.failure(SnapshotPush.push(from, to, snapshot)))
        .isInstanceOfSatisfying(
            BusException.class, e -> assertThat(e.failure()).isEqualTo(failure));
  }
}
