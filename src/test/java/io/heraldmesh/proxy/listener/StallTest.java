package io.heraldmesh.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StallTest {
  private static final long BEGAN = 5_000;

  @Test
  void whoTakesWhatThereIsHoldsNothingUp() {
    assertThat(Stall.NONE.millis(BEGAN)).isZero();
    assertThat(Stall.NONE.look(BEGAN, 100, 0).millis(BEGAN + 50)).isZero();
  }

  @Test
  void itBeginsWhenSomethingIsFirstSeenToWait() {
    Stall stall = Stall.NONE.look(BEGAN, 100, 70);
    assertThat(stall.millis(BEGAN)).isZero();
    assertThat(stall.look(BEGAN + 50, 100, 70).millis(BEGAN + 60)).isEqualTo(60);
  }

  @Test
  void whatIsTakenEndsItEvenWhereAsMuchWaitsAgain() {
    Stall stall = Stall.NONE.look(BEGAN, 100, 70);
    assertThat(stall.look(BEGAN + 50, 100, 69).millis(BEGAN + 60)).isEqualTo(10);
    assertThat(stall.look(BEGAN + 50, 140, 70).millis(BEGAN + 60)).isEqualTo(10);
    assertThat(stall.look(BEGAN + 50, 100, 0).millis(BEGAN + 60)).isZero();
  }

  @Test
  void whatIsAddedDoesNot() {
    Stall stall = Stall.NONE.look(BEGAN, 100, 70);
    assertThat(stall.look(BEGAN + 50, 101, 71).millis(BEGAN + 60)).isEqualTo(60);
    // with what frames it
    assertThat(stall.look(BEGAN + 50, 101, 177).millis(BEGAN + 60)).isEqualTo(60);
  }

  @Test
  void whoTakesSomethingAfterMuchWasAddedIsSeenToDoSo() {
    Stall stall = Stall.NONE.look(BEGAN, 100, 70).look(BEGAN + 50, 101, 177);
    assertThat(stall.look(BEGAN + 100, 101, 176).millis(BEGAN + 110)).isEqualTo(10);
  }
}
