package io.heraldmesh.conformance.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.conformance.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must be refused passes only when it was refused and nothing of it arrived. */
class Http2VerdictTest {
  private static final Http2Answer OK = Http2Answer.status(200);
  private static final String HEAD = "GET /ok HTTP/1.1\r\nHost: a.test\r\n\r\n";
  private static final String BUFFERING =
      "buffering bounded (< 64 KiB per stream), streams reset at the timeout";
  private static final String BOMB = "close or 431, memory bounded by decoded size";

  @ParameterizedTest
  @ValueSource(strings = {"400", "PROTOCOL_ERROR", "stream error or 400"})
  void aMalformedRequestIsAnErrorOfTheProtocolOr400(String expect) {
    assertThat(of(expect, Http2Answer.error(1))).isEqualTo(Outcome.asExpected());
    assertThat(of(expect, Http2Answer.status(400))).isEqualTo(Outcome.asExpected());
    assertWrong(of(expect, OK, HEAD));
    assertWrong(of(expect, Http2Answer.status(403)));
    assertWrong(of(expect, Http2Answer.error(2)));
    assertWrong(of(expect, Http2Answer.error(0)));
    assertWrong(of(expect, Http2Answer.none()));
  }

  @Test
  void whatIsRefusedAndArrivesAllTheSameIsWrong() {
    assertWrong(of("400", Http2Answer.error(1), HEAD));
    assertWrong(of("refused", Http2Answer.status(404), HEAD));
    assertWrong(of(BOMB, Http2Answer.end(), HEAD));
  }

  @Test
  void aSmuggledFieldIsWrongWhateverWasAnswered() {
    assertWrong(of("200", OK, "GET /ok HTTP/1.1\r\nHost: a.test\r\nsmuggled: 1\r\n\r\n"));
  }

  @Test
  void aRefusalIsAnEndOrAnAnswerThatSaysNo() {
    assertThat(of("refused", Http2Answer.end())).isEqualTo(Outcome.asExpected());
    assertThat(of("refused", Http2Answer.error(8))).isEqualTo(Outcome.asExpected());
    assertThat(of("refused", Http2Answer.status(501))).isEqualTo(Outcome.asExpected());
    assertWrong(of("refused", OK));
    assertWrong(of("refused", Http2Answer.none()));
  }

  @Test
  void hostIsTheNameThatTheServiceSees() {
    assertThat(of("uses host", OK, HEAD)).isEqualTo(Outcome.asExpected());
    assertWrong(of("uses host", OK, "GET /ok HTTP/1.1\r\nHost: other\r\n\r\n"));
    assertWrong(of("uses host", Http2Answer.status(400)));
  }

  @Test
  void aBombEndsTheConnectionAndCostsLittle() {
    assertThat(of(BOMB, Http2Answer.status(431))).isEqualTo(Outcome.asExpected());
    assertWrong(of(BOMB, Http2Answer.status(400)));
    assertWrong(
        verdict(BOMB, Http2Answer.end(), Http2Answer.none(), Http2Verdict.MOST_ALLOCATED + 1));
  }

  @Test
  void aTableGrowsWithinWhatWasGrantedAndNotBeyond() {
    assertThat(verdict("bounded", OK, Http2Answer.error(9), 0, HEAD))
        .isEqualTo(Outcome.asExpected());
    assertWrong(verdict("bounded", OK, OK, 0, HEAD, HEAD));
    assertWrong(verdict("bounded", Http2Answer.end(), Http2Answer.end(), 0));
  }

  @Test
  void streamsThatNobodyTakesAreAllResetAndHoldLittle() {
    assertThat(stalled(100, 65_535, OK)).isEqualTo(Outcome.asExpected());
    assertWrong(stalled(99, 0, OK));
    assertWrong(stalled(100, 65_536, OK));
    assertWrong(stalled(100, 0, Http2Answer.status(503)));
  }

  @Test
  void wordsThatMeanNothingAreAFailure() {
    assertThat(of("418", OK)).isInstanceOf(Outcome.NotUnderstood.class);
  }

  private static Outcome of(String expect, Http2Answer answer, String... seen) {
    return verdict(expect, answer, Http2Answer.none(), 0, seen);
  }

  private static Outcome verdict(
      String expect, Http2Answer answer, Http2Answer second, long allocated, String... seen) {
    return new Http2Verdict(
            expect, new Http2Run.Result(answer, second, List.of(seen), allocated, 0, 0, 0))
        .outcome();
  }

  private static Outcome stalled(int resets, long held, Http2Answer other) {
    return new Http2Verdict(
            BUFFERING,
            new Http2Run.Result(other, Http2Answer.none(), List.of(), 0, resets, 100, held))
        .outcome();
  }

  private static void assertWrong(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Differs.class);
  }
}
