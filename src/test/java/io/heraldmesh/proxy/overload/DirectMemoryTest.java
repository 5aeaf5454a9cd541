package io.heraldmesh.proxy.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectMemoryTest {
  @ParameterizedTest
  @CsvSource({
    // taken, idle, share
    "0,    0,    0",
    "50,   0,    0.50",
    "90,   80,   0.10",
    "96,   6,    0.90",
    "100,  0,    1.00",
    // no further chunk can be had: gaps count for half
    "97,   20,   0.87",
    "100,  90,   0.55",
    // counted a moment later, when less was taken
    "60,   70,   0.00"
  })
  void whatIsIdleInAPoolIsThereForTheNextBuffer(long taken, long idle, double share) {
    DirectMemory.Seen seen = new DirectMemory(() -> taken, () -> idle, 100).look();
    assertThat(seen.share()).isEqualTo(share);
    assertThat(seen.octets() + seen.reusable()).isEqualTo(taken);
  }

  /** It takes locks of the pools, so it is left alone while there is plenty. */
  @Test
  void poolsAreNotLookedAtWhileLittleIsTaken() {
    DirectMemory little =
        new DirectMemory(() -> 30, () -> fail("was asked what is idle in the pools"), 100);
    assertThat(little.look().share()).isEqualTo(0.3);
  }

  @Test
  void withoutALimitThereIsNoShare() {
    assertThat(new DirectMemory(() -> 30, () -> 0, -1).look().share()).isZero();
  }
}
