package io.heraldmesh.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.bus.HeraldSvid;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * An identity that was renewed while the clock was ahead is believed by nobody once the clock is
 * right again: its own requests for another one are refused with it.
 */
class ClockSetBackTest extends CredentialsFixture {
  private static final Duration AHEAD = Duration.ofHours(30);

  private final IdentityRenewal renewal =
      new IdentityRenewal(vertx, ca, identity, TTL, mesh.crypto(), clock, new Random(1));

  @Test
  void theOneOfBeforeAsksForAnother() {
    renewedAhead();
    ca.away = true; // nobody answers the one from the future
    clock.advance(AHEAD.negated());

    renewal.tick();

    assertThat(identity.svid()).isEqualTo(svid);
    Await.until("its question failed", () -> !renewal.status().renewing());

    ca.away = false;
    clock.advance(Duration.ofHours(25)); // past half of its life
    renewal.tick();
    Await.until("another that is valid now", () -> !identity.svid().equals(svid));
    assertThat(notBefore(identity.svid())).isBefore(clock.instant());
    assertThat(renewal.isEarly()).isFalse();
  }

  /** What was signed anew by whoever holds the authority has nothing before it. */
  @Test
  void oneThatWasHandedInStays() {
    renewedAhead();
    HeraldSvid later = identity.svid();
    ca.away = true;
    clock.advance(Duration.ofMinutes(-5)); // before the new one, and the old one is good: taken
    renewal.tick();
    assertThat(identity.svid()).isEqualTo(svid);

    renewal.take(later);
    clock.advance(Duration.ofMinutes(-5));
    renewal.tick();
    assertThat(identity.svid()).as("nothing is known of another").isEqualTo(later);
  }

  @Test
  void oneThatIsValidStays() {
    renewedAhead();
    HeraldSvid later = identity.svid();
    clock.advance(Duration.ofMinutes(-1)); // certificates begin two minutes before they are signed

    renewal.tick();

    assertThat(identity.svid()).isEqualTo(later);
  }

  private void renewedAhead() {
    clock.advance(AHEAD);
    renewal.tick();
    Await.until("renewed", () -> !identity.svid().equals(svid));
  }

  private static Instant notBefore(HeraldSvid svid) {
    return svid.leaf().getNotBefore().toInstant();
  }
}
