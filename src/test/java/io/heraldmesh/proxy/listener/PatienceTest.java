package io.heraldmesh.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.listener.Patience.Awaited;
import io.heraldmesh.proxy.listener.Patience.Late;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatienceTest {
  private static final Limits LIMITS =
      Limits.DEFAULTS.with(
          limits ->
              limits
                  .idle(Duration.ofMillis(100))
                  .response(Duration.ofMillis(200))
                  .streamIdle(Duration.ofMillis(300)));
  private static final long BEGAN = 5_000;

  private final Patience patience = new Patience(LIMITS, BEGAN);

  @ParameterizedTest
  @CsvSource({
    "BODY, 100, BODY",
    "ROOM, 100, ROOM",
    "RESPONSE, 200, RESPONSE",
    "STREAM, 300, STREAM",
    "CALL, 300, CALL"
  })
  void eachKindHasItsOwnLimitAndTheLimitItselfIsNotTooLate(
      Awaited awaited, long limit, Late expected) {
    assertThat(patience.late(awaited, BEGAN + limit, null)).isNull();
    assertThat(patience.late(awaited, BEGAN + limit + 1, null)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"BODY, 100", "ROOM, 100", "RESPONSE, 200", "STREAM, 300", "CALL, 300"})
  void whateverComesBeginsItAnew(Awaited awaited, long limit) {
    patience.moved(BEGAN + limit);

    assertThat(patience.late(awaited, BEGAN + limit + limit, null)).isNull();
    assertThat(patience.late(awaited, BEGAN + limit + limit + 1, null)).isNotNull();
  }

  @Test
  void aClientThatTakesNothingIsLateAlthoughTheServiceGoesOn() {
    patience.response(BEGAN, 50, 7);
    patience.moved(BEGAN + 90);
    patience.response(BEGAN + 90, 60, 17);
    assertThat(patience.late(Awaited.STREAM, BEGAN + 100, null)).isNull();
    assertThat(patience.late(Awaited.STREAM, BEGAN + 101, null)).isEqualTo(Late.STREAM);
  }

  @Test
  void aClientThatTakesSomethingIsNotLateHoweverSlowItIs() {
    for (int i = 0; i < 50; i++) {
      long now = BEGAN + i * 90L;
      patience.moved(now);
      patience.response(now, 2_000, 1_000 - i);
      assertThat(patience.late(Awaited.STREAM, now, null)).isNull();
    }
  }

  @Test
  void aClientThatTookAllAndStopsAgainHasItsWholeTimeAgain() {
    patience.response(BEGAN, 50, 7);
    patience.response(BEGAN + 60, 50, 0);
    patience.moved(BEGAN + 150);
    patience.response(BEGAN + 150, 57, 7);
    assertThat(patience.late(Awaited.STREAM, BEGAN + 250, null)).isNull();
    assertThat(patience.late(Awaited.STREAM, BEGAN + 251, null)).isEqualTo(Late.STREAM);
  }

  @Test
  void itTellsForHowLongEitherSideTookNothingWhateverComes() {
    patience.response(BEGAN, 50, 7);
    patience.request(BEGAN + 10, 30, 3);
    patience.moved(BEGAN + 40);
    patience.request(BEGAN + 40, 31, 4);
    assertThat(patience.untaken(BEGAN + 40)).isEqualTo(40);
    patience.response(BEGAN + 40, 50, 0);
    assertThat(patience.untaken(BEGAN + 40)).isEqualTo(30);
    patience.request(BEGAN + 40, 31, 2);
    assertThat(patience.untaken(BEGAN + 45)).isEqualTo(5);
    patience.request(BEGAN + 50, 31, 0);
    assertThat(patience.untaken(BEGAN + 50)).isZero();
  }

  @Test
  void aCallEndsASecondAfterItsDeadlineHoweverMuchPasses() {
    GrpcExchange call = call("40m");
    patience.moved(BEGAN + 1_040);
    assertThat(patience.late(Awaited.CALL, BEGAN + 1_040, call)).isNull();
    patience.moved(BEGAN + 1_041);
    assertThat(patience.late(Awaited.CALL, BEGAN + 1_041, call)).isEqualTo(Late.DEADLINE);
  }

  @Test
  void aCallWithoutADeadlineGoesOnAsLongAsSomethingPasses() {
    GrpcExchange call = call("");
    long now = BEGAN + 1_000_000;
    patience.moved(now);
    assertThat(patience.late(Awaited.CALL, now + 300, call)).isNull();
    assertThat(patience.late(Awaited.CALL, now + 301, call)).isEqualTo(Late.CALL);
  }

  @Test
  void itTellsForHowLongNothingCame() {
    patience.moved(BEGAN + 10);
    assertThat(patience.waited(BEGAN + 35)).isEqualTo(25);
  }

  private static GrpcExchange call(String timeout) {
    DefaultHttpHeaders headers = new DefaultHttpHeaders();
    headers.set("content-type", "application/grpc");
    headers.set("grpc-timeout", timeout);
    return Objects.requireNonNull(GrpcExchange.of(headers));
  }
}
