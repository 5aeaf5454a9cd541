package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When an attack on a node counts as held. */
class OverloadRowTest {
  private static final GoodClients.Window QUICK = window(1);
  private static final GoodClients.Window SLOW = window(2);
  private static final GoodClients.Window SILENT = new GoodClients.Window(List.of(), List.of());
  private static final double SPREAD = OverloadRow.MOST_RATIO;

  @Test
  void anAttackThatChangesNothingHeld() {
    assertThat(row("headers", QUICK, 100).verdict(SPREAD)).isEqualTo("held");
  }

  @Test
  void anAttackThatReachedNobodyProvesNothing() {
    assertThat(row("headers", QUICK, 0).verdict(SPREAD)).isEqualTo("FELL SHORT: nobody attacked");
  }

  @Test
  void theAttackThatIsNoneNeedsNoAttacker() {
    assertThat(row("nothing", QUICK, 0).verdict(SPREAD)).isEqualTo("held");
  }

  @Test
  void aWindowWithoutAGoodRequestFallsShort() {
    assertThat(row("headers", SILENT, 100).wrong(SPREAD)).contains("no good request");
  }

  @Test
  void oneSuchWindowIsEnoughAlsoWithoutTheAttackAndInAShortRun() {
    OverloadRow row =
        new OverloadRow(
            "headers", List.of(SILENT), List.of(QUICK), List.of(), 100, 10, 10, 200, 1, false);
    assertThat(row.verdict(SPREAD)).isEqualTo("FELL SHORT: no good request");
  }

  @Test
  void aControlWithoutAGoodRequestExcusesNoOtherRow() {
    assertThat(row("nothing", SILENT, 0).spread()).isEqualTo(OverloadRow.MOST_RATIO);
  }

  @Test
  void whatFailsBetweenTheWindowsCountsAsWell() {
    OverloadRow row =
        new OverloadRow(
            "headers",
            three(QUICK),
            three(QUICK),
            List.of("closed after 0 octets"),
            100,
            10,
            10,
            200,
            1,
            false);
    assertThat(row.failures()).containsExactly("closed after 0 octets");
    assertThat(row.verdict(SPREAD)).isEqualTo("FELL SHORT: failures");
  }

  @Test
  void whatFailsInAWindowCounts() {
    GoodClients.Window failing = new GoodClients.Window(List.of(1_000_000L), List.of("503"));
    assertThat(row("headers", failing, 100).wrong(SPREAD)).containsExactly("failures");
  }

  @Test
  void slowerThanWindowsAreByThemselvesFallsShort() {
    assertThat(row("headers", SLOW, 100).verdict(SPREAD)).isEqualTo("FELL SHORT: p99");
    double spread = row("nothing", SLOW, 0).spread();
    assertThat(row("headers", SLOW, 100).verdict(spread)).isEqualTo("level with the control");
  }

  @Test
  void timesOfAFewWindowsAreNotJudged() {
    OverloadRow row =
        new OverloadRow(
            "headers", List.of(QUICK), List.of(SLOW), List.of(), 100, 10, 900, 200, 1, false);
    assertThat(row.verdict(SPREAD)).isEqualTo("held; times not resolved");
  }

  @Test
  void aLoopThatIsLaterThanWithoutTheAttackFallsShort() {
    assertThat(lag(300, 101).verdict(SPREAD)).isEqualTo("held");
    assertThat(lag(10, 100).verdict(SPREAD)).isEqualTo("held");
    assertThat(lag(10, 101).verdict(SPREAD)).isEqualTo("FELL SHORT: lag");
  }

  @Test
  void aLagThatWasNotMeasuredFallsShort() {
    assertThat(lag(10, Double.NaN).verdict(SPREAD)).isEqualTo("FELL SHORT: lag");
    assertThat(lag(Double.NaN, 10).verdict(SPREAD)).isEqualTo("FELL SHORT: lag");
  }

  @Test
  void allThatIsWrongIsNamed() {
    OverloadRow row =
        new OverloadRow(
            "headers",
            three(QUICK),
            three(QUICK),
            List.of(),
            100,
            10,
            10,
            OverloadNode.LIMIT_MIB + 1,
            Double.NaN,
            true);
    assertThat(row.wrong(SPREAD)).containsExactly("RSS", "recovery", "OutOfMemoryError");
  }

  private static OverloadRow row(String attack, GoodClients.Window with, long connections) {
    return new OverloadRow(
        attack, three(QUICK), three(with), List.of(), connections, 10, 10, 200, 1, false);
  }

  private static OverloadRow lag(double without, double with) {
    return new OverloadRow(
        "headers", three(QUICK), three(QUICK), List.of(), 100, without, with, 200, 1, false);
  }

  private static List<GoodClients.Window> three(GoodClients.Window window) {
    return Collections.nCopies(3, window);
  }

  private static GoodClients.Window window(long millis) {
    return new GoodClients.Window(Collections.nCopies(100, millis * 1_000_000), List.of());
  }
}
