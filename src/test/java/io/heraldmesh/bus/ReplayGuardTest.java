package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReplayGuardTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(60);
  private static final SpiffeId ONE = SpiffeId.parse("spiffe://td/herald/node/one");
  private static final SpiffeId TWO = SpiffeId.parse("spiffe://td/herald/node/two");
  private final ReplayGuard guard = new ReplayGuard(3);

  @Test
  void aNonceCountsOncePerSender() {
    assertThat(guard.admit(ONE, nonce(1), LATER, NOW)).isEqualTo(ReplayGuard.Answer.NEW);
    assertThat(guard.admit(ONE, nonce(1), LATER, NOW)).isEqualTo(ReplayGuard.Answer.REPLAYED);
    assertThat(guard.admit(TWO, nonce(1), LATER, NOW)).isEqualTo(ReplayGuard.Answer.NEW);
  }

  @Test
  void whatHasExpiredIsForgotten() {
    guard.admit(ONE, nonce(1), LATER, NOW);

    assertThat(guard.admit(ONE, nonce(1), LATER, LATER)).isEqualTo(ReplayGuard.Answer.NEW);
  }

  @Test
  void aSenderThatAsksTooMuchWaitsAndDisturbsNobodyElse() {
    for (int i = 0; i < 3; i++) {
      guard.admit(ONE, nonce(i), LATER, NOW);
    }

    assertThat(guard.admit(ONE, nonce(9), LATER, NOW)).isEqualTo(ReplayGuard.Answer.FULL);
    assertThat(guard.admit(TWO, nonce(9), LATER, NOW)).isEqualTo(ReplayGuard.Answer.NEW);
    assertThat(guard.admit(ONE, nonce(9), LATER, LATER)).isEqualTo(ReplayGuard.Answer.NEW);
  }

  @Test
  void sendersThatFellSilentAreForgottenSoonAfterTheirRequestsExpired() {
    guard.admit(ONE, nonce(1), LATER, NOW);
    guard.admit(TWO, nonce(1), LATER, NOW);

    guard.admit(TWO, nonce(2), LATER.plusSeconds(120), LATER.plusSeconds(10));

    assertThat(guard.senders()).isEqualTo(1);
  }

  @Test
  void aRequestFromBeforeTheClockWentBackCountsOnceToo() {
    guard.admit(ONE, nonce(1), LATER, NOW);

    assertThat(guard.admit(ONE, nonce(1), LATER, NOW.minusSeconds(3600)))
        .isEqualTo(ReplayGuard.Answer.REPLAYED);
    assertThat(guard.admit(ONE, nonce(1), LATER, LATER.plusSeconds(1)))
        .isEqualTo(ReplayGuard.Answer.NEW);
  }

  private static ByteString nonce(int value) {
    return ByteString.of((byte) value);
  }
}
