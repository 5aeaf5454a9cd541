package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.bus.Acknowledgement;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.distributor.NodeRecord.Published;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class NodeRollTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final TrustDomain TD = new TrustDomain("mesh.test");
  private final NodeRoll roll = new NodeRoll();

  private static NodeRecord announced(String name) {
    return NodeRecord.announced(
        SpiffeId.herald(TD, HeraldRole.NODE, name), new Announcement(1, 1, List.of()), NOW);
  }

  private static Published published(long number) {
    ByteString bytes = ByteString.of((byte) number);
    return new Published(new Revision(1, number), EncodedSnapshot.whole(bytes));
  }

  private static NodeRecord acknowledging(NodeRecord node) {
    Published wanted = node.wanted();
    return wanted == null
        ? node
        : node.acknowledging(new Acknowledgement(wanted.revision(), wanted.digest(), null));
  }

  @Test
  void whoeverWaitsIsToldWithTheLastAcknowledgementAndNotBefore() {
    NodeRecord one = announced("one").wanting(published(1));
    NodeRecord two = announced("two").wanting(published(1));
    roll.put(one);
    roll.put(two);
    roll.reached(new Revision(1, 1));
    Future<Void> all = roll.inForce(new Revision(1, 1));

    roll.put(acknowledging(one));
    assertThat(all.isComplete()).isFalse();
    roll.put(acknowledging(two));
    assertThat(all.succeeded()).isTrue();
  }

  @Test
  void nobodyWaitsForANodeThatIsSilentOrGone() {
    NodeRecord one = announced("one").wanting(published(1));
    NodeRecord two = announced("two").wanting(published(1));
    roll.put(one);
    roll.put(two);
    roll.reached(new Revision(1, 1));
    Future<Void> all = roll.inForce(new Revision(1, 1));

    roll.put(one.goneSilent());
    assertThat(all.isComplete()).isFalse();
    roll.remove("two", 1);
    assertThat(all.succeeded()).isTrue();
  }

  @Test
  void aRevisionThatIsNotMadeYetIsWaitedForThoughAllIsInForce() {
    roll.put(acknowledging(announced("one").wanting(published(1))));
    roll.reached(new Revision(1, 1));

    Future<Void> second = roll.inForce(new Revision(1, 2));
    assertThat(second.isComplete()).isFalse();
    roll.reached(new Revision(1, 2));
    assertThat(second.succeeded()).isTrue();
  }

  @Test
  void whatANodeSaidLastIsKnownAfterItIsGone() {
    roll.put(announced("one"));
    roll.remove("one", 7);

    assertThat(roll.sequence("one")).isEqualTo(7);
    assertThat(roll.sequence("two")).isZero();
    assertThat(roll.get("one")).isNull();
  }

  /** Counting as it goes comes to what counting them all would. */
  @Property(tries = 300)
  void theCountsAreThoseOfTheNodes(
      @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 23) Integer> steps) {
    NodeRoll counted = new NodeRoll();
    long number = 0;
    for (int step : steps) {
      String name = "n" + step % 4;
      NodeRecord known = counted.get(name);
      NodeRecord node = known == null ? announced(name) : known;
      switch (step / 4) {
        case 0 -> counted.put(node);
        case 1 -> counted.put(node.wanting(published(++number)));
        case 2 -> counted.put(acknowledging(node));
        case 3 -> counted.put(node.goneSilent());
        case 4 -> counted.put(node.seen(NOW));
        default -> counted.remove(name, 1);
      }
    }

    assertThat(counted.published())
        .isEqualTo(counted.all().stream().filter(n -> n.wanted() != null).count());
    assertThat(counted.inForce())
        .isEqualTo(counted.all().stream().filter(NodeRecord::inForce).count());
    counted.reached(new Revision(1, 1));
    assertThat(counted.inForce(new Revision(1, 1)).isComplete())
        .isEqualTo(counted.all().stream().allMatch(n -> n.silent() || n.inForce()));
  }
}
