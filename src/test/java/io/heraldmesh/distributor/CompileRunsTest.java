package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.bus.Revision;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CompileRunsTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final AtomicBoolean ready = new AtomicBoolean(true);
  private final List<Promise<Revision>> begun = new CopyOnWriteArrayList<>();
  private final AtomicLong time = new AtomicLong();
  private final Pacing pacing = new Pacing(time::get);
  private final CompileRuns runs = new CompileRuns(vertx, ready::get, this::begin, pacing);

  private Future<Revision> begin() {
    Promise<Revision> run = Promise.promise();
    begun.add(run);
    return run.future();
  }

  private <T> T onLoop(Supplier<T> work) {
    Promise<T> done = Promise.promise();
    context.runOnContext(v -> done.complete(work.get()));
    return Await.result(done.future());
  }

  private Future<Revision> ask(boolean soon) {
    return onLoop(() -> runs.ask(soon));
  }

  private void end(int run, long number) {
    onLoop(() -> begun.get(run).tryComplete(new Revision(1, number)));
  }

  private void awaitBegun(int count) {
    Await.until("run " + count + " begins", () -> begun.size() == count);
  }

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  @Test
  void changesOfABurstAreOneRun() {
    List<Future<Revision>> burst =
        onLoop(() -> List.of(runs.ask(false), runs.ask(true), runs.ask(false)));
    awaitBegun(1);
    end(0, 1);

    for (Future<Revision> one : burst) {
      assertThat(Await.result(one)).isEqualTo(new Revision(1, 1));
    }
    assertThat(begun).hasSize(1);
  }

  @Test
  void whatComesDuringARunIsLookedAtByTheNextWhichBeginsAfterIt() {
    Future<Revision> first = ask(true);
    awaitBegun(1);
    Future<Revision> second = ask(true);
    assertThat(begun).hasSize(1);
    end(0, 1);
    awaitBegun(2);
    end(1, 2);

    assertThat(Await.result(first)).isEqualTo(new Revision(1, 1));
    assertThat(Await.result(second)).isEqualTo(new Revision(1, 2));
  }

  @Test
  void aRunThatFailedIsNotTheLast() {
    Future<Revision> first = ask(true);
    awaitBegun(1);
    Future<Revision> second = ask(false);
    onLoop(() -> begun.get(0).tryFail("no"));
    awaitBegun(2);
    end(1, 2);

    assertThat(first.failed()).isTrue();
    assertThat(Await.result(second)).isEqualTo(new Revision(1, 2));
  }

  @Test
  void whoWaitsForARunThatWillNotBeginIsToldWhy() {
    ready.set(false);
    Future<Revision> asked = ask(true);
    Exception taken = new Exception("another one distributes");
    onLoop(
        () -> {
          runs.close(taken);
          return true;
        });

    assertThat(Await.failure(asked)).isSameAs(taken);
    assertThat(Await.failure(ask(true))).isSameAs(taken);
    assertThat(begun).isEmpty();
  }

  @Test
  void nothingRunsBeforeItMay() {
    ready.set(false);
    Future<Revision> asked = ask(true);
    // Longer than a burst: it would have begun.
    Await.result(vertx.timer(200, java.util.concurrent.TimeUnit.MILLISECONDS));
    assertThat(begun).isEmpty();
    ready.set(true);
    awaitBegun(1);
    end(0, 1);

    assertThat(Await.result(asked)).isEqualTo(new Revision(1, 1));
  }

  private void runToTheEnd(int number) {
    for (int run = 0; run < number; run++) {
      ask(false);
      awaitBegun(run + 1);
      end(run, run + 1);
    }
  }

  /** As where nodes come and go all the time, or one says so. */
  @Test
  void runsThatNobodyAskedForStandApartOnceThereWereMany() {
    runToTheEnd(Pacing.AT_ONCE);
    long from = System.nanoTime();
    ask(false);
    awaitBegun(Pacing.AT_ONCE + 1);

    assertThat(Duration.ofNanos(System.nanoTime() - from)).isGreaterThanOrEqualTo(Pacing.EVERY);
  }

  @Test
  void howeverManyOfThemThereWereAChangeWaitsForOnePaceAtMost() {
    runToTheEnd(Pacing.AT_ONCE + 3);

    assertThat(pacing.untilNext()).isLessThanOrEqualTo(Pacing.EVERY);
  }

  /** Each of these runs is followed by another one that somebody waits for. */
  @Test
  void changesWithoutEndAreFewRuns() {
    ask(true);
    long from = 0;
    for (int run = 0; run < Pacing.AT_ONCE; run++) {
      awaitBegun(run + 1);
      ask(true);
      from = System.nanoTime();
      end(run, run + 1);
    }
    awaitBegun(Pacing.AT_ONCE + 1);

    assertThat(Duration.ofNanos(System.nanoTime() - from)).isGreaterThanOrEqualTo(Pacing.EVERY);
  }
}
