package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PacingTest {
  /** As {@link System#nanoTime}, which may begin anywhere and go over its end. */
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1000);

  private final Pacing pacing = new Pacing(nanos::get);

  private void passes(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private void begin(int runs) {
    for (int i = 0; i < runs; i++) {
      pacing.begun();
    }
  }

  @Test
  void someRunsNeedNotWaitForEachOther() {
    begin(Pacing.AT_ONCE - 1);

    assertThat(pacing.untilNext()).isLessThanOrEqualTo(Duration.ZERO);
  }

  @Test
  void afterThoseOneMayBeginEachTime() {
    begin(Pacing.AT_ONCE);
    assertThat(pacing.untilNext()).isEqualTo(Pacing.EVERY);

    passes(Pacing.EVERY);
    assertThat(pacing.untilNext()).isEqualTo(Duration.ZERO);
    begin(1);
    assertThat(pacing.untilNext()).isEqualTo(Pacing.EVERY);
  }

  @Test
  void aFloodOfAMinuteIsFewRuns() {
    Duration left = Duration.ofMinutes(1);
    int runs = 0;
    while (left.isPositive()) {
      if (!pacing.untilNext().isPositive()) {
        pacing.begun();
        runs++;
      }
      passes(Duration.ofMillis(10));
      left = left.minusMillis(10);
    }

    assertThat(runs).isEqualTo(Pacing.AT_ONCE - 1 + 300);
  }

  @Test
  void whatWasNotUsedComesBackButNoMore() {
    begin(Pacing.AT_ONCE);
    passes(Duration.ofDays(300));
    begin(Pacing.AT_ONCE);

    assertThat(pacing.untilNext()).isEqualTo(Pacing.EVERY);
  }

  @Test
  void howeverManyBeganWithoutWaitingTheNextIsSoon() {
    begin(10_000);

    assertThat(pacing.untilNext()).isEqualTo(Pacing.EVERY);
  }

  @Test
  void runsThatStandApartNeverWait() {
    for (int i = 0; i < 100; i++) {
      assertThat(pacing.untilNext()).isLessThanOrEqualTo(Duration.ZERO);
      pacing.begun();
      passes(Pacing.EVERY);
    }
  }
}
