package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When the lag that a run reads of its node means something. */
class LagControlTest {
  @Test
  void aLoopThatStoodStillIsSeen() {
    LagControl control = new LagControl(12, 301);
    assertThat(control.seen()).isTrue();
    assertThat(control.said())
        .endsWith("lag 12 ms before, 301 ms after a loop was blocked for 300 ms: seen");
  }

  @Test
  void aRunThatDidNotSeeItIsVoid() {
    LagControl control = new LagControl(12, 90);
    assertThat(control.seen()).isFalse();
    assertThat(control.said()).contains("NOT SEEN").contains("verdict: VOID");
  }

  @Test
  void aNodeThatTellsNoLagIsNotSeen() {
    double none = LagControl.lagMillis("herald_overload_level{node=\"a\"} 0\n");
    assertThat(none).isNaN();
    assertThat(new LagControl(none, none).seen()).isFalse();
  }

  @Test
  void theLagIsReadOfTheMetricsInMilliseconds() {
    String metrics =
        """
        # HELP herald_event_loop_lag_seconds worst lag of an event loop since the last scrape
        # TYPE herald_event_loop_lag_seconds gauge
        herald_event_loop_lag_seconds{node="a"} 0.25
        herald_overload_level{node="a"} 3.0
        """;
    assertThat(LagControl.lagMillis(metrics)).isEqualTo(250);
    assertThat(LagControl.lagMillis("herald_event_loop_lag_seconds{node=\"a\"} 5.0E-4\n"))
        .isEqualTo(0.5);
  }
}
