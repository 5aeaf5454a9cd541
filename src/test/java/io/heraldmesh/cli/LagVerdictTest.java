package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.cli.LagVerdict.Minute;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a run says of how late its node's event loops were. */
class LagVerdictTest {
  @Test
  void upTo100MillisecondsHeld() {
    LagVerdict verdict = LagVerdict.of(List.of(new Minute(1, 70, 5), new Minute(2, 100, 5)));
    assertThat(verdict.fellShort()).isFalse();
    assertThat(verdict.held()).isEqualTo("held");
    assertThat(verdict.said())
        .isEqualTo("worst lag of an event loop: 100 ms, in minute 2, allowed 100 ms: held");
  }

  @Test
  void oneMinuteOfMoreFallsShort() {
    LagVerdict verdict =
        LagVerdict.of(List.of(new Minute(1, 70, 5), new Minute(2, 300, 5), new Minute(3, 70, 5)));
    assertThat(verdict.fellShort()).isTrue();
    assertThat(verdict.said())
        .isEqualTo(
            "worst lag of an event loop: 300 ms, in minute 2, allowed 100 ms: FELL SHORT (the"
                + " machine's own lag is 5 ms)");
  }

  @Test
  void whatALoadedMachineExplainsIsNotCalledHeld() {
    LagVerdict verdict = LagVerdict.of(List.of(new Minute(1, 70, 5), new Minute(2, 150, 60)));
    assertThat(verdict.fellShort()).isFalse();
    assertThat(verdict.held()).isEqualTo("held; lag not resolved (the machine's own lag is 60 ms)");
    assertThat(verdict.said()).endsWith(": not resolved (the machine's own lag is 60 ms)");
  }

  @Test
  void aLoadedMachineExplainsNoMoreThanItsOwnLag() {
    assertThat(LagVerdict.of(List.of(new Minute(1, 160, 60))).fellShort()).isFalse();
    assertThat(LagVerdict.of(List.of(new Minute(1, 161, 60))).fellShort()).isTrue();
  }

  @Test
  void aLoadedMinuteExplainsNoOtherOne() {
    LagVerdict verdict = LagVerdict.of(List.of(new Minute(1, 900, 1000), new Minute(2, 150, 10)));
    assertThat(verdict.fellShort()).isTrue();
    assertThat(verdict.worst().minute()).isEqualTo(2);
  }

  @Test
  void aNodeThatToldNoLagFallsShort() {
    LagVerdict verdict = LagVerdict.of(List.of(new Minute(1, Double.NaN, 10)));
    assertThat(verdict.fellShort()).isTrue();
    assertThat(LagVerdict.of(List.of()).fellShort()).isTrue();
  }

  @Test
  void theLoopThatIsBlockedOnPurposeFallsShortOnAnIdleMachine() {
    assertThat(LagVerdict.of(List.of(new Minute(1, 290, 20))).fellShort()).isTrue();
  }
}
