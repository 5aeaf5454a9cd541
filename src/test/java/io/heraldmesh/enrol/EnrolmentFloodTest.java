package io.heraldmesh.enrol;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.enrol.EnrolRefused.Reason;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However many ask, each has its share, and the audit log and memory stay small. */
@Timeout(120)
class EnrolmentFloodTest extends EnrolmentFixture {

  @Test
  void aFloodOfRefusalsWritesNoMoreThanItsShareAndIsCounted() {
    for (int i = 0; i < 200; i++) {
      assertRefused(enrol("wrong-" + i, keys), Reason.TOKEN_UNKNOWN);
    }
    assertThat(audited("refused")).hasSize(5);

    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    enrolment.tick();
    Await.until("the rest is told", () -> audited("refused").size() == 6);
    assertThat(audited("refused").getFirst().detail()).startsWith("195 more refusals");
  }

  @Test
  void whatWasOnlyCountedIsToldWhenTheNodeStops() {
    for (int i = 0; i < 12; i++) {
      assertRefused(enrol("wrong-" + i, keys), Reason.TOKEN_UNKNOWN);
    }
    enrolment.writeCounted().join();
    assertThat(audited("refused").getFirst().detail()).startsWith("7 more refusals");
    enrolment.writeCounted().join();
    assertRefused(enrol("wrong", keys), Reason.TOKEN_UNKNOWN);
    assertThat(audited("refused")).as("the minute goes on").hasSize(6);
  }

  @Test
  void aTokenThatIsShownAgainAndAgainFillsNoLog() {
    String token = token("n1", HeraldRole.NODE, WEB);
    for (int i = 0; i < 10; i++) {
      Await.result(enrol(token, keys));
    }
    for (int i = 0; i < 50; i++) {
      assertRefused(enrol(token, keys), Reason.TOO_MANY);
    }
    assertThat(store.issuanceLog().size()).isEqualTo(10);
    assertThat(audited("done")).hasSize(10);
    assertThat(registered).as("what was registered once is read once").hasValue(1);
    Await.result(enrol(token("n2", HeraldRole.NODE), TestAuthority.keys()));

    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    Await.result(enrol(token, keys));
    assertRefused(enrol(token, keys), Reason.TOO_MANY);
  }

  @Test
  void whatWasRenewedCountsToo() {
    SpiffeId id = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, "n1");
    String token = token("n1", HeraldRole.NODE, WEB);
    for (int i = 0; i < 10; i++) {
      assertThat(issuance.take(id, id)).isTrue();
    }
    assertRefused(enrol(token, keys), Reason.TOO_MANY);
    assertThat(registered).as("the token is used all the same").hasValue(1);

    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    assertThat(accepted(Await.result(enrol(token, keys)))).isEqualTo(id);
  }

  @Test
  void anAddressThatAsksTooMuchUsesUpOnlyItsOwnShare() {
    enrolment = enrolment(new EnrolLimits(3, 1, 100, 10, 8, 64, 60));
    String token = token("n1", HeraldRole.NODE);
    for (int i = 0; i < 3; i++) {
      assertRefused(enrol("wrong", keys), Reason.TOKEN_UNKNOWN);
    }
    for (int i = 0; i < 500; i++) {
      assertRefused(enrol("wrong", keys), Reason.TOO_MANY);
    }
    assertThat(Await.result(enrolment.enrol(address("10.0.0.2"), request(token, keys))).chain())
        .isNotEmpty();

    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertRefused(enrol("wrong", keys), Reason.TOKEN_UNKNOWN);
    assertRefused(enrol("wrong", keys), Reason.TOO_MANY);
  }

  @Test
  void manyAddressesTogetherHaveALimitTooAndTakeNoMemory() {
    EnrolLimits limits = new EnrolLimits(3, 1, 10, 1, 8, 64, 60);
    RateLimits rates = new RateLimits(limits, nanos::get);
    int passed = 0;
    for (int i = 0; i < 1000; i++) {
      try {
        rates.take(address("10.1." + i / 250 + "." + i % 250));
        passed++;
      } catch (EnrolRefused e) {
        assertThat(e.reason()).isEqualTo(Reason.TOO_MANY);
      }
    }
    assertThat(passed).isEqualTo(10);
    assertThat(rates.remembered()).isEqualTo(8);
  }

  @Test
  void anIpv6NetworkIsOneCaller() {
    assertThat(RateLimits.network(address("2001:db8::1")))
        .isEqualTo(RateLimits.network(address("2001:db8::ffff:1")))
        .isNotEqualTo(RateLimits.network(address("2001:db8:0:1::1")));
  }
}
