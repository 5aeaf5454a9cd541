package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.SnapshotProof.Held;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A node believes what config signed for it, and nothing else: not even what is true of others. */
class SnapshotProofTest {
  private static final int NODES = 5;
  private static final Revision REVISION = new Revision(3, 7);

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx vertx = Vertx.vertx();
  private final SignedBus config = mesh.bus(vertx, HeraldRole.CONFIG, "config");
  private final SignedBus node = mesh.bus(vertx, HeraldRole.NODE, "n2");
  private final SignedRevision good = revision(REVISION);
  private final ByteString epoch =
      new EpochGrant(REVISION.epoch()).signed(mesh.bus(vertx, HeraldRole.CA, "ca"));

  @AfterEach
  void close() {
    vertx.close();
  }

  private static SpiffeId id(int number) {
    return SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, "n" + number);
  }

  private static ByteString snapshot(int number) {
    return ByteString.of(("snapshot of n" + number).getBytes(StandardCharsets.UTF_8));
  }

  private static SnapshotContent content(int number) {
    return new SnapshotContent.Whole(snapshot(number));
  }

  private static Held held(Revision revision, int number) {
    return new Held(revision, EncodedSnapshot.whole(snapshot(number)));
  }

  private static SignedRevision revision(Revision revision) {
    Map<SpiffeId, ByteString> digests = new HashMap<>();
    for (int i = 0; i < NODES; i++) {
      digests.put(id(i), SnapshotCodec.digest(snapshot(i)));
    }
    return new SignedRevision(revision, digests);
  }

  private SnapshotFrame frame(int number) {
    return good.frame(config, epoch, id(number), content(number));
  }

  @Test
  void whatConfigSignedForTheNodeIsBelieved() throws Exception {
    SnapshotProof.Proven proven =
        SnapshotProof.verify(node, SnapshotFrame.parse(frame(2).toBytes()), null);

    assertThat(proven.revision()).isEqualTo(REVISION);
    assertThat(proven.snapshot()).isEqualTo(EncodedSnapshot.whole(snapshot(2)));
  }

  @Test
  void oneSignatureIsForAllNodesAndIsMadeOnce() throws Exception {
    for (int i = 0; i < NODES; i++) {
      assertThat(frame(i).statement()).isEqualTo(frame(0).statement());
      SignedBus other = mesh.bus(vertx, HeraldRole.NODE, "n" + i);
      assertThat(SnapshotProof.verify(other, frame(i), null).snapshot())
          .isEqualTo(EncodedSnapshot.whole(snapshot(i)));
    }
  }

  @Test
  void thatNothingChangedIsProvenWithoutTheSnapshot() throws Exception {
    Held held = held(REVISION, 2);
    SnapshotFrame unchanged = good.frame(config, epoch, id(2), null);

    assertThat(unchanged.toBytes().length).isLessThan(4096);
    assertThat(SnapshotProof.verify(node, unchanged, held))
        .isEqualTo(new SnapshotProof.Proven(REVISION, held.snapshot()));
    assertThat(refusal(node, unchanged, held(REVISION, 3))).isEqualTo(BusFailure.UNAUTHENTICATED);
    assertThat(refusal(node, unchanged, null)).isEqualTo(BusFailure.UNAUTHENTICATED);
  }

  @Test
  void aSignatureOfALeafThatHasEndedSinceIsMadeAnewWithTheNextOne() throws Exception {
    RenewableIdentity identity =
        new RenewableIdentity(
            mesh.svid(HeraldRole.CONFIG, "config", Duration.ofMinutes(5)), mesh.bundle());
    SignedBus renewed = mesh.bus(vertx, identity);
    SnapshotFrame before = good.frame(renewed, epoch, id(2), content(2));
    clock.advance(Duration.ofMinutes(6));
    assertThat(refusal(node, before, null)).isEqualTo(BusFailure.UNAUTHENTICATED);

    identity.replace(mesh.svid(HeraldRole.CONFIG, "config"));

    assertThat(
            SnapshotProof.verify(node, good.frame(renewed, epoch, id(2), content(2)), null)
                .revision())
        .isEqualTo(REVISION);
  }

  /** Each changes one thing of what would be believed. */
  static Stream<Arguments> refused() {
    return Stream.of(
        row("a snapshot of another node with its valid proof", t -> t.frame(3)),
        row(
            "a snapshot of another node with this node's proof",
            t ->
                new SnapshotFrame(t.frame(2).statement(), t.epoch, t.frame(2).proof(), content(3))),
        row(
            "this node's snapshot with the proof of another",
            t ->
                new SnapshotFrame(t.frame(2).statement(), t.epoch, t.frame(3).proof(), content(2))),
        row(
            "a changed snapshot",
            t ->
                new SnapshotFrame(
                    t.frame(2).statement(),
                    t.epoch,
                    t.frame(2).proof(),
                    new SnapshotContent.Whole(ByteString.of((byte) 1)))),
        row("a truncated proof", t -> t.withPath(path -> path.subList(0, path.size() - 1))),
        row("no proof", t -> t.withPath(path -> List.of())),
        row(
            "an extended proof",
            t ->
                t.withPath(
                    path -> Stream.concat(path.stream(), Stream.of(path.getFirst())).toList())),
        row(
            "a leaf twice",
            t ->
                t.withPath(
                    path -> Stream.concat(Stream.of(path.getFirst()), path.stream()).toList())),
        row("a turned proof", t -> t.withPath(List::reversed)),
        row(
            "a root of another revision",
            t ->
                t.withStatement(
                    revision(new Revision(3, 8))
                        .frame(t.config, t.epoch, id(2), null)
                        .statement())),
        row(
            "a root of another epoch",
            t ->
                t.withStatement(
                    revision(new Revision(4, 7))
                        .frame(t.config, t.epoch, id(2), null)
                        .statement())),
        row("signed by another node", t -> t.signedBy(HeraldRole.NODE)),
        row(
            "signed by the node itself",
            t -> revision(REVISION).frame(t.node, t.epoch, id(2), content(2))),
        row("signed by an admin", t -> t.signedBy(HeraldRole.ADMIN)),
        row("signed by an authority", t -> t.signedBy(HeraldRole.CA)),
        row(
            "signed by config of another mesh",
            t ->
                revision(REVISION)
                    .frame(
                        new TestAuthority(t.clock).bus(t.vertx, HeraldRole.CONFIG, "config"),
                        t.epoch,
                        id(2),
                        content(2))),
        row("an answer of config in the place of the root", t -> t.withStatement(t.answer())),
        row("no word of the authority for the epoch", t -> t.withEpoch(null)),
        row("the authority's word for a lower epoch", t -> t.withEpoch(t.word(2))),
        row("the authority's word for a higher epoch", t -> t.withEpoch(t.word(4))),
        row("config's own word for the epoch", t -> t.withEpoch(t.word(3, HeraldRole.CONFIG))),
        row("a node's word for the epoch", t -> t.withEpoch(t.word(3, HeraldRole.NODE))),
        row("an admin's word for the epoch", t -> t.withEpoch(t.word(3, HeraldRole.ADMIN))),
        row(
            "the word of another mesh's authority",
            t ->
                t.withEpoch(
                    new EpochGrant(3)
                        .signed(new TestAuthority(t.clock).bus(t.vertx, HeraldRole.CA, "ca")))),
        row("the root in the place of the epoch", t -> t.withEpoch(t.frame(2).statement())),
        row("the epoch in the place of the root", t -> t.withStatement(t.epoch)),
        row("garbage in the place of the epoch", t -> t.withEpoch(ByteString.of((byte) 9))),
        row(
            "an oversize epoch",
            t -> t.withEpoch(ByteString.of(new byte[EpochGrant.STATEMENT.mostBytes() + 1]))),
        row("garbage in the place of the root", t -> t.withStatement(ByteString.of((byte) 9))),
        row(
            "an oversize root",
            t -> t.withStatement(ByteString.of(new byte[RevisionRoot.STATEMENT.mostBytes() + 1]))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refused(String what, Change change) {
    assertThatThrownBy(() -> SnapshotProof.verify(node, change.of(this), null))
        .as(what)
        .isInstanceOf(BusException.class);
  }

  @Test
  void aNodeThatIsInTheEpochNeedsNoWordForIt() throws Exception {
    Held before = held(new Revision(3, 6), 3);

    assertThat(SnapshotProof.verify(node, withEpoch(null), before).revision()).isEqualTo(REVISION);
  }

  @Test
  void aHigherEpochThanTheNodesOwnIsFollowedOnTheAuthoritysWordAlone() throws Exception {
    Held before = held(new Revision(2, 99), 2);

    assertThat(refusal(node, withEpoch(null), before)).isEqualTo(BusFailure.UNAUTHENTICATED);
    assertThat(refusal(node, withEpoch(word(3, HeraldRole.CONFIG)), before))
        .isEqualTo(BusFailure.FORBIDDEN);
    assertThat(SnapshotProof.verify(node, frame(2), before).revision()).isEqualTo(REVISION);
  }

  @Test
  void theAuthoritysWordCountsAsLongAsTheLeafThatSignedIt() {
    SignedBus authority =
        mesh.bus(
            vertx,
            new RenewableIdentity(
                mesh.svid(HeraldRole.CA, "ca", Duration.ofMinutes(5)), mesh.bundle()));
    SnapshotFrame frame = withEpoch(new EpochGrant(3).signed(authority));
    clock.advance(Duration.ofMinutes(6));

    assertThat(refusal(node, frame, null)).isEqualTo(BusFailure.UNAUTHENTICATED);
  }

  @Test
  void noFlippedBitIsBelieved() {
    byte[] bytes = frame(2).toBytes();
    for (int i = 0; i < bytes.length; i++) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= (byte) (1 << (i % 8));
      assertThat(believed(flipped)).as("bit flipped in byte " + i).isFalse();
    }
  }

  @Test
  void noTruncationOrAdditionIsBelieved() {
    byte[] bytes = frame(2).toBytes();
    for (int length = 0; length < bytes.length; length += 7) {
      assertThat(believed(Arrays.copyOf(bytes, length))).as(length + " bytes").isFalse();
    }
    assertThat(believed(Arrays.copyOf(bytes, bytes.length + 1))).isFalse();
  }

  @Test
  void randomBytesAreMalformedAndNothingElse() {
    Random random = new Random(3);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      byte[] magic = "HLS2".getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(magic, 0, bytes, 0, Math.min(bytes.length, magic.length));
      assertThat(believed(bytes)).isFalse();
    }
  }

  @Test
  void aFrameLargerThanAnySnapshotIsNotTakenApart() {
    assertThatThrownBy(() -> SnapshotFrame.parse(new byte[SnapshotPush.MOST_BYTES + 1]))
        .isInstanceOf(MalformedMessage.class)
        .hasMessageContaining("bytes");
  }

  interface Change {
    SnapshotFrame of(SnapshotProofTest test);
  }

  private interface PathChange {
    List<ByteString> of(List<ByteString> path);
  }

  private static Arguments row(String name, Change change) {
    return Arguments.of(name, change);
  }

  private SnapshotFrame withPath(PathChange change) {
    InclusionProof proof = frame(2).proof();
    return new SnapshotFrame(
        frame(2).statement(),
        epoch,
        new InclusionProof(proof.index(), change.of(new ArrayList<>(proof.path()))),
        content(2));
  }

  private SnapshotFrame withStatement(ByteString statement) {
    return new SnapshotFrame(statement, epoch, frame(2).proof(), content(2));
  }

  private SnapshotFrame withEpoch(@Nullable ByteString word) {
    return good.frame(config, word, id(2), content(2));
  }

  private ByteString word(long number) {
    return word(number, HeraldRole.CA);
  }

  private ByteString word(long number, HeraldRole role) {
    return new EpochGrant(number).signed(mesh.bus(vertx, role, "other"));
  }

  private SnapshotFrame signedBy(HeraldRole role) {
    return revision(REVISION).frame(mesh.bus(vertx, role, "other"), epoch, id(2), content(2));
  }

  /** Truly of config, and with the root as its payload, but said to one node in an answer. */
  private ByteString answer() {
    return ByteString.of(
        new EnvelopeSigner(mesh.crypto())
            .seal(
                config.svid(),
                "config.fetch.answer",
                "herald.config",
                new Recipient.One(id(2)),
                ByteString.of(new byte[Envelope.NONCE_BYTES]),
                clock.instant(),
                null,
                MessageCodec.encode(
                    new RevisionRoot(REVISION, NODES, SnapshotCodec.digest(snapshot(0))))));
  }

  private static BusFailure refusal(SignedBus node, SnapshotFrame frame, @Nullable Held held) {
    try {
      SnapshotProof.verify(node, frame, held);
      throw new AssertionError("was believed");
    } catch (BusException e) {
      return e.failure();
    }
  }

  private boolean believed(byte[] bytes) {
    try {
      SnapshotProof.verify(node, SnapshotFrame.parse(bytes), null);
      return true;
    } catch (MalformedMessage | BusException e) {
      return false;
    }
  }
}
