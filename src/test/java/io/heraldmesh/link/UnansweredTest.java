package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When a node tries another control node, because nobody answers behind its own. */
class UnansweredTest {
  private static final String CONFIG = "herald.config";
  private static final String CA = "herald.ca";

  private long nanos = 1;
  private Unanswered unanswered = new Unanswered(new Random(1), () -> nanos);

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  private void askThreeTimes() {
    for (int i = 0; i < 3; i++) {
      unanswered.unanswered(CONFIG);
    }
  }

  /** Asks in vain each second until it is time to move. */
  private Duration untilItMoves() {
    long from = nanos;
    while (!unanswered.timeToMove()) {
      pass(Duration.ofSeconds(1));
      unanswered.unanswered(CONFIG);
    }
    return Duration.ofNanos(nanos - from);
  }

  @Test
  void twoQuestionsThatNobodyAnswersAreNothing() {
    assertThat(unanswered.unanswered(CONFIG)).isFalse();
    assertThat(unanswered.unanswered(CONFIG)).isFalse();
    pass(Duration.ofMinutes(1));

    assertThat(unanswered.address()).isNull();
    assertThat(unanswered.timeToMove()).isFalse();
  }

  @Test
  void theThirdInARowIsToldAndEachNodeMovesAtATimeOfItsOwnWithinAQuarterOfAMinute() {
    unanswered.unanswered(CONFIG);
    unanswered.unanswered(CONFIG);
    assertThat(unanswered.unanswered(CONFIG)).isTrue();
    assertThat(unanswered.address()).isEqualTo(CONFIG);
    assertThat(unanswered.timeToMove()).isFalse();

    long times =
        IntStream.range(0, 100)
            .mapToObj(
                seed -> {
                  unanswered = new Unanswered(new Random(seed), () -> nanos);
                  askThreeTimes();
                  return untilItMoves();
                })
            .peek(t -> assertThat(t).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(15)))
            .distinct()
            .count();
    assertThat(times).isGreaterThan(5);
  }

  @Test
  void anAnswerEndsIt() {
    askThreeTimes();
    unanswered.answered(CONFIG);
    pass(Duration.ofSeconds(30));

    assertThat(unanswered.address()).isNull();
    assertThat(unanswered.timeToMove()).isFalse();
  }

  @Test
  void whoAnswersElsewhereDoesNotAnswerThis() {
    askThreeTimes();
    unanswered.answered(CA);

    assertThat(unanswered.address()).isEqualTo(CONFIG);
    untilItMoves();
  }

  @Test
  void whereNobodyAnswersAnywhereNodesMoveEverMoreSeldomAndNotBeforeTheyHaveAskedThere() {
    Duration all = Duration.ZERO;
    for (int i = 0; i < 20; i++) {
      unanswered.attached();
      pass(Duration.ofSeconds(20));
      assertThat(unanswered.timeToMove()).isFalse();
      askThreeTimes();
      Duration waited = untilItMoves();
      assertThat(waited).isBetween(Duration.ofSeconds(3), Duration.ofMinutes(6));
      assertThat(unanswered.address()).isEqualTo(CONFIG);
      all = all.plus(waited);
    }
    assertThat(all).isGreaterThan(Duration.ofMinutes(20));
  }

  @Test
  void whatIsNotAskedAnyMoreIsForgotten() {
    askThreeTimes();
    pass(Duration.ofMinutes(2));

    assertThat(unanswered.timeToMove()).isFalse();
    assertThat(unanswered.address()).isNull();
    assertThat(unanswered.unanswered(CONFIG)).isFalse();
  }
}
