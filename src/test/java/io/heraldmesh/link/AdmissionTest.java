package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.link.Admission.Kind;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private final AtomicLong nanos = new AtomicLong();
  private final Admission admission = new Admission(10, 2, 100, nanos::get);
  private final List<String> in = new ArrayList<>();

  @Test
  void aFewComeInAtOnceAndTheRestAtTheRate() {
    for (int i = 0; i < 20; i++) {
      come(Kind.RETURNING, "r" + i);
    }
    assertThat(in).containsExactly("r0", "r1");
    pass(Duration.ofMillis(100));
    assertThat(in).hasSize(3);
    for (int i = 0; i < 10; i++) {
      pass(Duration.ofMillis(100));
    }
    assertThat(in).hasSize(13).endsWith("r12");
  }

  @Test
  void whoComesBackGoesBeforeWhoIsNew() {
    come(Kind.NEW, "n0");
    come(Kind.NEW, "n1");
    come(Kind.NEW, "n2");
    come(Kind.RETURNING, "r0");
    come(Kind.RETURNING, "r1");
    pass(Duration.ofMillis(200));
    assertThat(in).containsExactly("n0", "n1", "r0", "r1");
    pass(Duration.ofMillis(100));
    assertThat(in).endsWith("n2");
  }

  @Test
  void aLongPauseIsNoLicenceForAFlood() {
    pass(Duration.ofHours(1));
    for (int i = 0; i < 20; i++) {
      come(Kind.RETURNING, "r" + i);
    }
    assertThat(in).hasSize(2);
  }

  @Test
  void thereIsOnlySoMuchRoomToWaitIn() {
    for (int i = 0; i < 102; i++) {
      come(Kind.NEW, "n" + i);
    }
    assertThat(admission.waiting()).isEqualTo(100);
    Future<Void> oneTooMany = admission.admit(Kind.NEW);
    assertThat(oneTooMany.failed()).isTrue();
    assertThat(admission.admit(Kind.RETURNING).failed()).isFalse();
  }

  @Test
  void backOffStaysBelowABoundThatDoublesAndStartsAgainAfterSuccess() {
    for (long seed = 0; seed < 200; seed++) {
      Backoff backoff =
          new Backoff(Duration.ofMillis(250), Duration.ofSeconds(15), new Random(seed));
      long bound = 250;
      long total = 0;
      for (int i = 0; i < 40; i++) {
        long wait = backoff.next().toMillis();
        assertThat(wait).isBetween(1L, bound);
        total += wait;
        bound = Math.min(bound * 2, 15_000);
      }
      assertThat(total).isGreaterThan(40_000);
      backoff.succeeded();
      assertThat(backoff.next().toMillis()).isLessThanOrEqualTo(250);
    }
  }

  @Test
  void nodesThatLostOneControlNodeTogetherDoNotComeBackTogether() {
    Random random = new Random(1);
    long[] firstHalf = {0};
    for (int i = 0; i < 1000; i++) {
      Backoff backoff = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(15), random);
      backoff.next();
      backoff.next();
      if (backoff.next().toMillis() <= 500) {
        firstHalf[0]++;
      }
    }
    assertThat(firstHalf[0]).isBetween(400L, 600L);
  }

  private void come(Kind kind, String name) {
    admission.admit(kind).onSuccess(turn -> in.add(name));
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    admission.tick();
  }
}
