package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.link.Admission.Kind;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
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
    Future<Void> oneTooMany = admission.admit(Kind.NEW).come();
    assertThat(oneTooMany.failed()).isTrue();
    assertThat(admission.admit(Kind.RETURNING).come().failed()).isFalse();
  }

  @Test
  void whoGaveUpTakesNeitherATurnNorRoom() {
    come(Kind.RETURNING, "r0");
    come(Kind.RETURNING, "r1");
    List<Admission.Turn> dead = new ArrayList<>();
    for (int i = 0; i < 99; i++) {
      dead.add(come(Kind.RETURNING, "dead" + i));
    }
    come(Kind.RETURNING, "r2");
    dead.forEach(Admission.Turn::giveUp);
    come(Kind.RETURNING, "r3");
    assertThat(admission.waiting()).isEqualTo(2);
    pass(Duration.ofMillis(200));
    assertThat(in).containsExactly("r0", "r1", "r2", "r3");
    dead.getFirst().giveUp();
    assertThat(admission.waiting()).isZero();
  }

  /** As nodes do when all of them lost their control node: in 40 s at this rate, and a back-off. */
  @Test
  void everybodyGetsInThoughMoreComeThanCanWait() {
    Random random = new Random(1);
    Admission door = new Admission(25, 10, 375, nanos::get);
    List<Comer> outside = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      outside.add(new Comer(door, random));
    }
    int attempts = 0;
    for (int millis = 0; millis < 60_000 && !outside.isEmpty(); millis += 20) {
      nanos.addAndGet(Duration.ofMillis(20).toNanos());
      door.tick();
      for (Comer comer : outside) {
        attempts += comer.look(Duration.ofNanos(nanos.get())) ? 1 : 0;
      }
      outside.removeIf(comer -> comer.turn != null && comer.turn.come().succeeded());
    }
    assertThat(outside).isEmpty();
    assertThat(attempts).as("a handshake each").isLessThan(4000);
  }

  /** A node that comes, gives up when it waited too long, and comes again. */
  private static final class Comer {
    private final Admission door;
    private final Backoff backoff;
    private Admission.@Nullable Turn turn;
    private Duration next = Duration.ZERO;

    Comer(Admission door, Random random) {
      this.door = door;
      this.backoff = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(8), random);
    }

    /**
     * @return true: it came
     */
    boolean look(Duration now) {
      if (now.compareTo(next) < 0) {
        return false;
      }
      if (turn != null) {
        turn.giveUp();
        turn = null;
        next = now.plus(backoff.next());
        return false;
      }
      Admission.Turn got = door.admit(Kind.RETURNING);
      if (got.come().failed()) {
        backoff.crowded();
        next = now.plus(backoff.next());
      } else {
        turn = got;
        next = now.plus(LinkLimits.LET_IN_WITHIN);
      }
      return true;
    }
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
  void whereTooManyComeTheBackOffIsTheLongestAtOnceAndTwiceThat() {
    Random random = new Random(1);
    long longest = 0;
    for (int i = 0; i < 200; i++) {
      Backoff backoff = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(8), random);
      backoff.crowded();
      longest = Math.max(longest, backoff.next().toMillis());
      assertThat(backoff.next().toMillis()).isLessThanOrEqualTo(8000);
    }
    assertThat(longest).isBetween(8001L, 16_000L);
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

  private Admission.Turn come(Kind kind, String name) {
    Admission.Turn turn = admission.admit(kind);
    turn.come().onSuccess(now -> in.add(name));
    return turn;
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    admission.tick();
  }
}
