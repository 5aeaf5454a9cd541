package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.EncodedSnapshot.Part;
import io.heraldmesh.bus.SnapshotContent.Parts;
import io.heraldmesh.bus.SnapshotContent.Whole;
import io.heraldmesh.bus.SnapshotProof.Held;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Parts of a snapshot are believed together or not at all: whatever is sent of them, in whatever
 * place, to a node that holds whatever, gives what config signed or nothing.
 */
class SnapshotPartsTest {
  private static final Revision REVISION = new Revision(3, 7);

  /** The signed ones first; the others are older ones, other nodes', and made up. */
  private static final List<ByteString> POOL =
      List.of(bytes("own"), bytes("shared"), bytes("older own"), bytes("older shared"));

  private static final EncodedSnapshot SIGNED = split(POOL.get(0), POOL.get(1));

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx vertx = Vertx.vertx();
  private final SignedBus config = mesh.bus(vertx, HeraldRole.CONFIG, "config");
  private final SignedBus node = mesh.bus(vertx, HeraldRole.NODE, "n1");
  private final SpiffeId id = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, "n1");
  private final SignedRevision revision = new SignedRevision(REVISION, Map.of(id, SIGNED.digest()));

  @AfterEach
  void close() {
    vertx.close();
  }

  private static ByteString bytes(String text) {
    return ByteString.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static EncodedSnapshot split(ByteString own, ByteString shared) {
    return EncodedSnapshot.of(Part.of(own), Part.of(shared));
  }

  private static List<@Nullable ByteString> orNone() {
    List<@Nullable ByteString> all = new ArrayList<>(POOL);
    all.add(null);
    return all;
  }

  /** All that the pool can make. */
  private static List<EncodedSnapshot> holdings() {
    List<EncodedSnapshot> all = new ArrayList<>();
    for (ByteString own : POOL) {
      all.add(EncodedSnapshot.whole(own));
      POOL.forEach(shared -> all.add(split(own, shared)));
    }
    return all;
  }

  private static List<@Nullable SnapshotContent> contents() {
    List<@Nullable SnapshotContent> all = new ArrayList<>();
    all.add(null);
    POOL.forEach(whole -> all.add(new Whole(whole)));
    orNone().forEach(own -> orNone().forEach(shared -> all.add(new Parts(own, shared))));
    return all;
  }

  private @Nullable EncodedSnapshot believed(
      @Nullable SnapshotContent content, EncodedSnapshot held) {
    try {
      SnapshotFrame frame =
          SnapshotFrame.parse(revision.frame(config, null, id, content).toBytes());
      assertThat(frame.content()).isEqualTo(content);
      return SnapshotProof.verify(node, frame, new Held(new Revision(3, 6), held)).snapshot();
    } catch (BusException e) {
      return null;
    } catch (MalformedMessage e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void howLongAFrameIsIsKnownBeforeItIsMade() {
    for (SnapshotContent content : contents()) {
      for (ByteString epoch : orNone()) {
        SnapshotFrame frame = revision.frame(config, epoch, id, content);
        assertThat(frame.length()).isEqualTo(frame.toBytes().length);
      }
    }
  }

  @Test
  void noMixtureOfPartsIsBelievedButTheOneThatWasSigned() {
    int good = 0;
    for (EncodedSnapshot held : holdings()) {
      for (SnapshotContent content : contents()) {
        EncodedSnapshot found = believed(content, held);
        if (found != null) {
          good++;
          assertThat(found).as(content + " over " + held).isEqualTo(SIGNED);
        }
      }
    }
    // Both parts over anything, either one over the other signed one, and none over both.
    assertThat(good).isEqualTo(holdings().size() + 4 + 4 + 1 + 1);
  }

  @Test
  void whatIsSentOverAnythingHeldGivesTheWhole() {
    for (EncodedSnapshot held : holdings()) {
      assertThat(SIGNED.over(held).with(held)).contains(SIGNED);
      assertThat(believed(SIGNED.over(held), held)).isEqualTo(SIGNED);
    }
    assertThat(SIGNED.over(null).with(null)).contains(SIGNED);
    assertThat(SIGNED.over(null).complete()).isTrue();
  }

  @Test
  void onlyThePartThatIsAnotherIsSent() {
    assertThat(SIGNED.over(split(POOL.get(0), POOL.get(3))))
        .isEqualTo(new Parts(null, POOL.get(1)));
    assertThat(SIGNED.over(split(POOL.get(2), POOL.get(1))))
        .isEqualTo(new Parts(POOL.get(0), null));
    assertThat(EncodedSnapshot.whole(POOL.get(0)).over(SIGNED)).isEqualTo(new Whole(POOL.get(0)));
  }

  @Test
  void aPartWithoutItsOtherHalfIsNoSnapshot() {
    assertThat(new Parts(POOL.get(0), null).with(null)).isEmpty();
    assertThat(new Parts(null, POOL.get(1)).with(EncodedSnapshot.whole(POOL.get(0)))).isEmpty();
  }

  @Test
  void noPartPassesForAWholeSnapshotWithTheSameDigest() {
    for (EncodedSnapshot held : holdings()) {
      EncodedSnapshot whole = EncodedSnapshot.whole(held.own().bytes());
      assertThat(whole.digest()).isNotEqualTo(SIGNED.digest());
    }
    assertThat(split(POOL.get(1), POOL.get(0)).digest()).isNotEqualTo(SIGNED.digest());
  }

  @Test
  void noFlippedBitOfAFrameWithPartsIsBelieved() throws Exception {
    EncodedSnapshot held = split(POOL.get(0), POOL.get(3));
    byte[] bytes = revision.frame(config, null, id, SIGNED.over(held)).toBytes();
    for (int i = 0; i < bytes.length; i++) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= (byte) (1 << (i % 8));
      assertThat(isBelieved(flipped, held)).as("bit flipped in byte " + i).isFalse();
    }
    assertThat(isBelieved(bytes, held)).isTrue();
  }

  private boolean isBelieved(byte[] bytes, EncodedSnapshot held) {
    try {
      SnapshotProof.verify(node, SnapshotFrame.parse(bytes), new Held(new Revision(3, 6), held));
      return true;
    } catch (MalformedMessage | BusException e) {
      return false;
    }
  }

  @Test
  void aSharedPartHoldsNothingThatIsANodesOwn() throws Exception {
    var own = new io.heraldmesh.policy.NodeSnapshot("n1", List.of(), List.of());

    assertThat(SnapshotCodec.decodeShared(SnapshotCodec.encodeShared(List.of(), 1), 1)).isEmpty();
    assertThat(
            Objects.requireNonNull(
                    org.assertj.core.api.Assertions.catchThrowable(
                        () -> SnapshotCodec.decodeShared(SnapshotCodec.encode(own), 1)))
                .getMessage())
        .isEqualTo("the shared part holds what is a node's own");
  }
}
