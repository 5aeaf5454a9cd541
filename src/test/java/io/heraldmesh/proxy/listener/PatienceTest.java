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
    "RESPONSE, 200, RESPONSE",
    "STREAM, 300, STREAM",
    "CALL, 300, CALL"
  })
  void eachKindHasItsOwnLimitAndTheLimitItselfIsNotTooLate(
      Awaited awaited, long limit, Late expected) {
    assertThat(patience.late(awaited, BEGAN + limit, 0, null)).isNull();
    assertThat(patience.late(awaited, BEGAN + limit + 1, 0, null)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"BODY, 100", "RESPONSE, 200", "STREAM, 300", "CALL, 300"})
  void whateverComesBeginsItAnew(Awaited awaited, long limit) {
    patience.moved(BEGAN + limit);

    assertThat(patience.late(awaited, BEGAN + limit + limit, 0, null)).isNull();
    assertThat(patience.late(awaited, BEGAN + limit + limit + 1, 0, null)).isNotNull();
  }

  @Test
  void aClientThatTakesNothingIsLateAlthoughTheServiceGoesOn() {
    assertThat(patience.late(Awaited.STREAM, BEGAN, 7, null)).isNull();
    patience.moved(BEGAN + 90);
    assertThat(patience.late(Awaited.STREAM, BEGAN + 100, 7, null)).isNull();
    assertThat(patience.late(Awaited.STREAM, BEGAN + 101, 7, null)).isEqualTo(Late.STREAM);
  }

  @Test
  void aClientThatTakesSomethingIsNotLateHoweverSlowItIs() {
    for (int i = 0; i < 50; i++) {
      long now = BEGAN + i * 90L;
      patience.moved(now);
      assertThat(patience.late(Awaited.STREAM, now, 1_000 - i, null)).isNull();
    }
  }

  @Test
  void aClientThatTookAllAndStopsAgainHasItsWholeTimeAgain() {
    assertThat(patience.late(Awaited.STREAM, BEGAN, 7, null)).isNull();
    assertThat(patience.late(Awaited.STREAM, BEGAN + 60, 0, null)).isNull();
    patience.moved(BEGAN + 150);
    assertThat(patience.late(Awaited.STREAM, BEGAN + 150, 7, null)).isNull();
    assertThat(patience.late(Awaited.STREAM, BEGAN + 250, 7, null)).isNull();
    assertThat(patience.late(Awaited.STREAM, BEGAN + 251, 7, null)).isEqualTo(Late.STREAM);
  }

  @Test
  void aCallEndsASecondAfterItsDeadlineHoweverMuchPasses() {
    GrpcExchange call = call("40m");
    patience.moved(BEGAN + 1_040);
    assertThat(patience.late(Awaited.CALL, BEGAN + 1_040, 0, call)).isNull();
    patience.moved(BEGAN + 1_041);
    assertThat(patience.late(Awaited.CALL, BEGAN + 1_041, 0, call)).isEqualTo(Late.DEADLINE);
  }

  @Test
  void aCallWithoutADeadlineGoesOnAsLongAsSomethingPasses() {
    GrpcExchange call = call("");
    long now = BEGAN + 1_000_000;
    patience.moved(now);
    assertThat(patience.late(Awaited.CALL, now + 300, 0, call)).isNull();
    assertThat(patience.late(Awaited.CALL, now + 301, 0, call)).isEqualTo(Late.CALL);
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
