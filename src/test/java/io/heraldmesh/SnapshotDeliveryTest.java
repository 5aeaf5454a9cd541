package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.bus.Acknowledgement;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.Envelope;
import io.heraldmesh.bus.MalformedMessage;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SignedRevision;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.bus.SnapshotContent;
import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.bus.SnapshotPush;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Which snapshots get into force, and which never do. */
class SnapshotDeliveryTest extends ControlPath {
  private static final String ONLY_FOR_THE_CLIENT =
      """
      ---
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: {name: client, namespace: shop}
      spec:
        selector: {matchLabels: {app: client}}
        mtls: {mode: PERMISSIVE}
      """;

  @Test
  void aSnapshotFromSomebodyElseThanConfigNeverArrives() {
    begin();
    int had = web.snapshots.size();

    assertPushFails(mesh.bus(vertx, HeraldRole.NODE, "n2"), BusFailure.FORBIDDEN);
    assertPushFails(mesh.bus(vertx, HeraldRole.ADMIN, "a"), BusFailure.FORBIDDEN);
    assertPushFails(
        new TestAuthority(clock).bus(vertx, HeraldRole.CONFIG, "config"),
        BusFailure.UNAUTHENTICATED);
    assertThat(web.snapshots).hasSize(had);
    assertThat(web.subscriber.revision()).isNotEqualTo(new Revision(9, 9));
  }

  @Test
  void anOlderRevisionIsNotPutIntoForceAgain() {
    begin();
    NodeSnapshot strict = web.last();
    inForce(STRICT.replace("STRICT", "DISABLE"));
    int had = web.snapshots.size();

    assertFails(push(config(), new Revision(1, 1), strict), BusFailure.REPLAYED);
    Await.result(web.subscriber.ask());

    assertThat(web.snapshots).hasSize(had);
    assertThat(web.mode()).isEqualTo(MtlsMode.DISABLE);
  }

  @Test
  void aRevisionIsOneThingThoughConfigSignedTwo() {
    begin();
    int had = web.snapshots.size();
    Revision now = Objects.requireNonNull(web.subscriber.revision());

    assertFails(push(config(), now, TestRevisions.empty("n1")), BusFailure.UNAUTHENTICATED);

    assertThat(web.snapshots).hasSize(had);
  }

  @Test
  void aSnapshotOfAnotherNodeIsRefusedThoughConfigSignedItForThisOne() {
    begin();
    int had = web.snapshots.size();

    Acknowledgement answer = Await.result(push(config(), new Revision(1, 1000), client.last()));

    assertThat(answer.refusal()).contains("node n2");
    assertThat(web.snapshots).hasSize(had);
  }

  @Test
  void theFirstSnapshotIsTheAnswerToAQuestionNeverAPush() {
    Await.result(web.subscriber.start());

    assertFails(
        push(config(), new Revision(1, 5), TestRevisions.empty("n1")), BusFailure.NOT_READY);
    Await.result(web.subscriber.ask().otherwiseEmpty());

    assertThat(web.snapshots).isEmpty();
    assertThat(web.subscriber.first().isComplete()).isFalse();
  }

  @Test
  void whatDoesNotConcernANodeIsNeitherSentToItNorReadAgainByIt() {
    begin();
    int had = web.snapshots.size();
    AtomicInteger pushes = new AtomicInteger();
    vertx
        .eventBus()
        .addInboundInterceptor(
            delivery -> {
              if (delivery.message().address().contains("node.n1")) {
                pushes.incrementAndGet();
              }
              delivery.next();
            });

    Revision other = inForce(STRICT + ONLY_FOR_THE_CLIENT);
    assertThat(client.subscriber.revision()).isEqualTo(other);
    Await.result(web.subscriber.ask());

    assertThat(web.subscriber.revision()).isEqualTo(other);
    assertThat(pushes).hasValue(0);
    assertThat(web.snapshots).hasSize(had);
  }

  @Test
  void aNodeThatCannotPutASnapshotIntoForceKeepsTheOneBeforeAndSaysSo() {
    begin();
    Revision before = inForce(STRICT);
    web.refusal = new IllegalStateException("port \u001b[2Jin use");

    Revision wanted = Await.result(distributor.apply(read(STRICT.replace("STRICT", "DISABLE"))));
    Future<Void> everywhere = distributor.inForce(wanted);
    Await.until(
        "refused",
        () ->
            Await.result(distributor.status()).nodes().stream()
                .anyMatch(n -> "port <U+001B>[2Jin use".equals(n.refusal())));
    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);
    assertThat(web.subscriber.revision()).isEqualTo(before);
    assertThat(everywhere.isComplete()).isFalse();

    web.refusal = null;
    Await.result(web.subscriber.ask());
    Await.result(everywhere);
    assertThat(web.mode()).isEqualTo(MtlsMode.DISABLE);
  }

  /** As a node does that comes from a mesh of before, or whose control plane was made anew. */
  @Test
  void aNodeThatHoldsALaterRevisionThanThereIsKeepsItAndSaysWhy() {
    begin();
    Revision later = new Revision(1, 1000);
    assertThat(Await.result(push(config(), later, TestRevisions.empty("n1"))).refusal()).isNull();

    Await.result(web.subscriber.ask());

    assertThat(Await.result(distributor.status()).nodes())
        .filteredOn(node -> node.name().equals("n1"))
        .singleElement()
        .satisfies(
            node -> {
              assertThat(node.inForce()).isFalse();
              assertThat(node.refusal()).contains("holds revision 1.1000, which is newer");
            });
    assertThat(web.subscriber.revision()).isEqualTo(later);
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

  /** Frames on their way to a node, and what becomes of them. */
  private List<SnapshotFrame> watched(Node node) {
    List<SnapshotFrame> frames = new CopyOnWriteArrayList<>();
    String name = node.identity.svid().identity().name();
    vertx
        .eventBus()
        .addInboundInterceptor(
            delivery -> {
              if (delivery.message().address().contains("node." + name)) {
                try {
                  frames.add(SnapshotFrame.parse(((Buffer) delivery.body()).getBytes()));
                } catch (MalformedMessage e) {
                  throw new AssertionError(e);
                }
              }
              delivery.next();
            });
    return frames;
  }

  @Test
  void anEndpointThatGoesIsSentWithoutThePolicyOfAnyNode() {
    begin();
    List<SnapshotFrame> frames = watched(client);
    assertThat(client.last().destinations().getFirst().endpoints()).hasSize(1);

    Await.result(web.subscriber.announce(List.of(workload("web", false))));
    Await.until("gone", () -> client.last().destinations().getFirst().endpoints().isEmpty());

    assertThat(frames)
        .singleElement()
        .satisfies(
            frame -> {
              assertThat(frame.epoch()).isNull();
              assertThat(frame.content())
                  .isInstanceOfSatisfying(
                      SnapshotContent.Parts.class,
                      parts -> {
                        assertThat(parts.own()).isNull();
                        assertThat(parts.shared()).isNotNull();
                      });
            });
  }

  @Test
  void aPolicyThatChangesIsSentWithoutTheEndpoints() {
    begin();
    List<Destination> before = client.last().destinations();
    List<SnapshotFrame> frames = watched(client);

    inForce(STRICT + ONLY_FOR_THE_CLIENT);

    assertThat(frames)
        .singleElement()
        .satisfies(
            frame ->
                assertThat(frame.content())
                    .isInstanceOfSatisfying(
                        SnapshotContent.Parts.class,
                        parts -> {
                          assertThat(parts.own()).isNotNull();
                          assertThat(parts.shared()).isNull();
                        }));
    // Nor are they read again.
    assertThat(client.last().destinations()).isEqualTo(before);
    assertThat(client.mode()).isEqualTo(MtlsMode.PERMISSIVE);
  }

  @Test
  void aPartThatGotLostIsMadeUpForByAskingAndTheNextOneFits() {
    begin();
    AtomicInteger lost = new AtomicInteger();
    vertx
        .eventBus()
        .addInboundInterceptor(
            delivery -> {
              if (!delivery.message().address().contains("node.n2") || lost.get() > 0) {
                delivery.next();
              } else {
                lost.incrementAndGet();
              }
            });
    Await.result(web.subscriber.announce(List.of(workload("web", false))));
    Await.until("lost", () -> lost.get() == 1);

    inForce(STRICT + ONLY_FOR_THE_CLIENT);

    assertThat(client.mode()).isEqualTo(MtlsMode.PERMISSIVE);
    assertThat(client.last().destinations().getFirst().endpoints()).isEmpty();
  }

  @Test
  void aPartOfWhichTheNodeLacksTheOtherHalfIsRefusedAndAllIsAskedFor() {
    begin();
    int had = client.snapshots.size();
    List<String> asked = new CopyOnWriteArrayList<>();
    vertx
        .eventBus()
        .addInboundInterceptor(
            delivery -> {
              if (delivery.message().address().equals("herald.config")) {
                asked.add(question((Buffer) delivery.body()));
              }
              delivery.next();
            });
    SpiffeId n2 = client.identity.svid().id();
    // Config signed it, for a node that has another part of its own.
    EncodedSnapshot other =
        EncodedSnapshot.of(
            EncodedSnapshot.Part.of(SnapshotCodec.encode(TestRevisions.empty("n2"))),
            EncodedSnapshot.Part.of(SnapshotCodec.encodeShared(List.of(), 1)));
    SnapshotFrame half =
        new SignedRevision(new Revision(1, 1000), Map.of(n2, other.digest()))
            .frame(config(), null, n2, new SnapshotContent.Parts(null, other.own().bytes()));

    assertFails(SnapshotPush.push(config(), n2, half), BusFailure.UNAUTHENTICATED);

    Await.until("asks for all", () -> asked.contains("{\"held\":null}"));
    assertThat(client.snapshots).hasSize(had);
    inForce(STRICT + ONLY_FOR_THE_CLIENT);
    assertThat(client.mode()).isEqualTo(MtlsMode.PERMISSIVE);
  }

  private static String question(Buffer frame) {
    try {
      return new String(
          Envelope.parse(frame.getBytes()).payload().toByteArray(), StandardCharsets.UTF_8);
    } catch (MalformedMessage e) {
      throw new AssertionError(e);
    }
  }

  private SignedBus config() {
    return mesh.bus(vertx, HeraldRole.CONFIG, "config");
  }

  private Future<Acknowledgement> push(SignedBus from, Revision revision, NodeSnapshot snapshot) {
    SpiffeId n1 = web.identity.svid().id();
    return SnapshotPush.push(from, n1, TestRevisions.of(from, n1, revision, snapshot));
  }

  private void assertPushFails(SignedBus from, BusFailure failure) {
    assertFails(push(from, new Revision(9, 9), TestRevisions.empty("n1")), failure);
  }

  private static void assertFails(Future<?> call, BusFailure failure) {
    assertThat(Await.failure(call))
        .isInstanceOfSatisfying(
            BusException.class, e -> assertThat(e.failure()).isEqualTo(failure));
  }
}
