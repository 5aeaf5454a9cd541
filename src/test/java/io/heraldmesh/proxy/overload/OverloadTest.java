package io.heraldmesh.proxy.overload;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverloadTest {
  private final TestMemory memory = new TestMemory();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private long now;
  private final Overload overload =
      new Overload(memory, Thresholds.shedAt(90), "n", meters, () -> now);

  @Test
  void aHeapFullOfGarbageIsNoShortage() {
    memory.heap(0.3);
    memory.garbage(0.69);
    overload.look();
    assertThat(overload.level()).isEqualTo(OverloadLevel.NORMAL);
    assertThat(memory.collections()).isEqualTo(1);
    assertThat(overload.pressure().heap()).isEqualTo(0.3);
  }

  @Test
  void aHeapThatIsFullOfWhatLivesIs() {
    memory.heap(0.92);
    overload.look();
    assertThat(overload.shedding()).isTrue();
    assertThat(overload.saving()).isTrue();
    assertThat(overload.refusing()).isFalse();
  }

  @Test
  void itIsLookedAtOftenOnceHalfOfAnythingIsTaken() {
    memory.heap(0.49);
    overload.look();
    assertThat(overload.pauseMillis()).isEqualTo(60);
    for (Pressure half :
        List.of(
            new Pressure(0.5, 0.1, 0, 0),
            new Pressure(0.1, 0.1, 0.5, 0),
            new Pressure(0.1, 0.1, 0, 0.5))) {
      memory.live(half);
      overload.look();
      assertThat(overload.pauseMillis()).as(half.toString()).isEqualTo(20);
    }
  }

  /** A collection stops the process: one that cannot help is not tried. */
  @Test
  void buffersAreNotCollected() {
    memory.live(new Pressure(0.2, 0.2, 0.96, 0.2));
    overload.look();
    assertThat(overload.refusing()).isTrue();
    assertThat(memory.collections()).isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.81, 0.91, 0.96})
  void collectionsThatFreeNothingBecomeRare(double share) {
    memory.heap(share);
    for (now = 0; now < 120_000; now += 20) {
      overload.look();
    }
    assertThat(memory.collections()).isBetween(3, 8);
    assertThat(overload.saving()).isTrue();
  }

  /** It stops everybody; that patience is short for a while hurts fewer. */
  @Test
  void patienceBecomesShortWithoutACollectionAndIsSoonLookedAtAgain() {
    memory.heap(0.72);
    memory.garbage(0.15);
    overload.look();
    overload.look();
    assertThat(overload.level()).isEqualTo(OverloadLevel.SAVING);
    assertThat(memory.collections()).isZero();
    now += 5_000;
    overload.look();
    assertThat(memory.collections()).isEqualTo(1);
    assertThat(overload.level()).isEqualTo(OverloadLevel.NORMAL);
  }

  /** What the heap's garbage takes of it is a small part; looking for it stops everybody. */
  @Test
  void aProcessThatIsShortAsAWholeIsCollectedLater() {
    memory.live(new Pressure(0.5, 0.5, 0, 0.85));
    overload.look();
    now += 14_000;
    overload.look();
    assertThat(overload.level()).isEqualTo(OverloadLevel.SAVING);
    assertThat(memory.collections()).isZero();
    now += 1_000;
    overload.look();
    assertThat(memory.collections()).isEqualTo(1);
  }

  @Test
  void whatTurnsIntoGarbageEndsTheShortage() {
    memory.heap(0.97);
    overload.look();
    assertThat(overload.refusing()).isTrue();
    memory.heap(0.4);
    memory.garbage(0.57);
    overload.look();
    assertThat(overload.refusing()).as("looked at too soon to collect again").isTrue();
    now += 2_000;
    overload.look();
    assertThat(overload.level()).isEqualTo(OverloadLevel.NORMAL);
  }

  /** Collections too often would cost more than they find. */
  @Test
  void whatCameSoonAfterACollectionIsTakenForGarbageUntilTheHeapIsFull() {
    memory.heap(0.5);
    memory.garbage(0.4);
    overload.look();
    assertThat(memory.collections()).isEqualTo(1);
    memory.garbage(0.45);
    overload.look();
    assertThat(memory.collections()).isEqualTo(1);
    assertThat(overload.level()).isEqualTo(OverloadLevel.NORMAL);
    memory.garbage(0.48);
    overload.look();
    assertThat(overload.refusing()).isTrue();
    now += 2_000;
    overload.look();
    assertThat(memory.collections()).isEqualTo(2);
    assertThat(overload.level()).isEqualTo(OverloadLevel.NORMAL);
  }

  @Test
  void theShortestKindDecides() {
    for (Pressure one :
        List.of(
            new Pressure(0.9, 0.9, 0, 0), new Pressure(0, 0, 0.9, 0), new Pressure(0, 0, 0, 0.9))) {
      memory.live(one);
      overload.look();
      assertThat(overload.shedding()).as(one.toString()).isTrue();
      memory.live(Pressure.NONE);
      overload.look();
      assertThat(overload.saving()).isFalse();
    }
  }

  @Test
  void patienceIsShortOnlyWhenMemoryIs() {
    assertThat(overload.patience(60_000)).isEqualTo(60_000);
    memory.heap(0.85);
    overload.look();
    assertThat(overload.patience(60_000)).isEqualTo(1_000);
    assertThat(overload.patience(300)).isEqualTo(300);
  }

  @Test
  void allOfItIsMeasured() {
    memory.live(new Pressure(0.85, 0.85, 0.5, 0.25));
    overload.look();
    overload.shed(Shed.REQUEST);
    overload.shed(Shed.REQUEST);
    assertThat(meters.get("herald_overload_level").tag("node", "n").gauge().value()).isEqualTo(1);
    assertThat(pressure("heap")).isEqualTo(0.85);
    assertThat(pressure("direct")).isEqualTo(0.5);
    assertThat(pressure("resident")).isEqualTo(0.25);
    assertThat(meters.get("herald_overload_shed").tag("what", "request").counter().count())
        .isEqualTo(2);
  }

  private double pressure(String resource) {
    return meters.get("herald_overload_pressure").tag("resource", resource).gauge().value();
  }
}
