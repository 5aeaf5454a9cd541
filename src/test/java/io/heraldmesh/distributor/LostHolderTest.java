package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.store.Lease;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When another control node may take over before a lease ends. */
class LostHolderTest {
  private static final Lease OF_C1 = new Lease("config", "c1/one", 7);
  private static final Set<String> ALL = Set.of("c1", "c2", "c3");
  private static final Set<String> REST = Set.of("c2", "c3");

  private final LostHolder lost = new LostHolder(3);

  @Test
  void aMemberThatHeldItAndIsGoneIsSaidOnceAfterTwoLooks() {
    lost.holds(OF_C1);
    assertThat(lost.look(ALL)).isNull();
    assertThat(lost.look(REST)).isNull();
    assertThat(lost.look(REST)).isEqualTo(OF_C1);
    assertThat(lost.look(REST)).isNull();
  }

  @Test
  void aMemberThatIsBackAtTheNextLookIsNotGone() {
    lost.holds(OF_C1);
    lost.look(ALL);
    lost.look(REST);
    assertThat(lost.look(ALL)).isNull();
    assertThat(lost.look(REST)).isNull();
    assertThat(lost.look(REST)).isEqualTo(OF_C1);
  }

  @Test
  void whoeverWasNeverSeenWithItsLeaseIsWaitedFor() {
    lost.holds(OF_C1);
    assertThat(lost.look(REST)).isNull();
    assertThat(lost.look(REST)).isNull();
    assertThat(lost.look(REST)).isNull();
  }

  @Test
  void aNewTermOfItIsLookedAtAnew() {
    lost.holds(OF_C1);
    lost.look(ALL);
    lost.look(REST);
    lost.holds(new Lease("config", "c1/one", 8));
    assertThat(lost.look(REST)).isNull();
    assertThat(lost.look(REST)).isNull();
  }

  @Test
  void thatItIsHeldStillIsNoNews() {
    lost.holds(OF_C1);
    lost.look(ALL);
    lost.look(REST);
    lost.holds(OF_C1);
    assertThat(lost.look(REST)).isEqualTo(OF_C1);
  }

  @Test
  void whoeverIsNotOfTheMajorityWaits() {
    lost.holds(OF_C1);
    lost.look(ALL);
    for (int i = 0; i < 5; i++) {
      assertThat(lost.look(Set.of("c3"))).isNull();
    }
    LostHolder ofTwo = new LostHolder(2);
    ofTwo.holds(OF_C1);
    ofTwo.look(Set.of("c1", "c2"));
    for (int i = 0; i < 5; i++) {
      assertThat(ofTwo.look(Set.of("c2"))).isNull();
    }
  }

  @Test
  void whatNobodyElseHoldsNobodyIsGoneWith() {
    lost.holds(OF_C1);
    lost.look(ALL);
    lost.holds(null);
    assertThat(lost.look(REST)).isNull();
    assertThat(lost.look(REST)).isNull();
  }

  /** As a row that a database brought back without a holder. */
  @Test
  void aHolderWithoutANameIsNobody() {
    lost.holds(new Lease("config", "odd", 1));
    assertThat(lost.look(ALL)).isNull();
    assertThat(lost.look(REST)).isNull();
  }
}
