package io.heraldmesh.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.upstream.UpstreamFailure;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExchangeFailureTest {
  private static final Limits LIMITS =
      Limits.DEFAULTS.with(limits -> limits.response(Duration.ofSeconds(7)));

  @ParameterizedTest
  @CsvSource({
    "BODY, 408, request_timeout, -",
    "ROOM, 504, upstream_timeout, upstream_timeout",
    "RESPONSE, 504, upstream_timeout, upstream_timeout",
    "DEADLINE, 504, upstream_timeout, upstream_timeout",
    "CALL, 504, upstream_timeout, idle",
    "STREAM, 504, idle, idle"
  })
  void whatTookTooLongHasAStatusAReasonAndAFlag(
      Patience.Late late, int status, String code, String flag) {
    ExchangeFailure failure = ExchangeFailure.late(late, LIMITS);

    assertThat(failure.status()).isEqualTo(status);
    assertThat(failure.reason().code()).isEqualTo(code);
    assertThat(failure.flag()).isEqualTo(flag);
    assertThat(failure.word()).isEqualTo(flag);
  }

  @Test
  void theLogNamesTheLimitThatWasReached() {
    assertThat(ExchangeFailure.late(Patience.Late.RESPONSE, LIMITS).reason().detail())
        .contains("PT7S");
  }

  @Test
  void noEndpointIsBlamedForWhatTheClientDid() {
    assertThat(ExchangeFailure.badRequest("not well formed").blamed()).isZero();
    assertThat(ExchangeFailure.earlyData().blamed()).isZero();
    assertThat(ExchangeFailure.late(Patience.Late.BODY, LIMITS).blamed()).isZero();
  }

  @Test
  void noEndpointIsBlamedForWhatTheProxyDecided() {
    assertThat(ExchangeFailure.overflow("b/server:80").blamed()).isZero();
    assertThat(ExchangeFailure.stalled().blamed()).isZero();
    assertThat(withdrawn(403).blamed()).isZero();
    assertThat(ExchangeFailure.late(Patience.Late.CALL, LIMITS).blamed()).isZero();
    assertThat(ExchangeFailure.upstream(UpstreamFailure.NO_CREDENTIALS, "none yet").blamed())
        .isZero();
  }

  @Test
  void anEndpointIsBlamedForWhatItFailedToDo() {
    assertThat(ExchangeFailure.upstream(UpstreamFailure.RESET, "reset").blamed()).isEqualTo(503);
    assertThat(ExchangeFailure.badResponse("two lengths").blamed()).isEqualTo(502);
    assertThat(ExchangeFailure.late(Patience.Late.RESPONSE, LIMITS).blamed()).isEqualTo(504);
    assertThat(ExchangeFailure.late(Patience.Late.ROOM, LIMITS).blamed()).isEqualTo(504);
  }

  @Test
  void whatTheProxyEndsIsToldApartFromWhatTheServiceBrokeOff() {
    assertThat(withdrawn(403).ours()).isTrue();
    assertThat(ExchangeFailure.stalled().ours()).isTrue();
    assertThat(ExchangeFailure.late(Patience.Late.STREAM, LIMITS).ours()).isTrue();
    assertThat(ExchangeFailure.late(Patience.Late.DEADLINE, LIMITS).ours()).isTrue();
    assertThat(ExchangeFailure.upstream(UpstreamFailure.RESET, "reset").ours()).isFalse();
    assertThat(ExchangeFailure.badResponse("two lengths").ours()).isFalse();
    assertThat(ExchangeFailure.badRequest("not well formed").ours()).isFalse();
  }

  /** Why a permission went is for the log; that the node is not ready is no secret. */
  @ParameterizedTest
  @CsvSource({"403, withdrawn", "401, withdrawn", "503, deny_matched"})
  void theClientHearsNoReasonOfAWithdrawal(int status, String word) {
    assertThat(withdrawn(status).word()).isEqualTo(word);
    assertThat(withdrawn(status).flag()).isEqualTo("withdrawn");
    assertThat(withdrawn(status).reason().code()).isEqualTo(Reason.DENY_MATCHED);
  }

  private static ExchangeFailure withdrawn(int status) {
    return ExchangeFailure.withdrawn(status, new Reason(Reason.DENY_MATCHED, "a new policy"));
  }
}
