package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BoundedWaitTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  @Test
  void endsWithWhatIsWaitedFor() {
    Promise<String> wanted = Promise.promise();
    Future<Void> wait = BoundedWait.within(vertx, LONG, wanted.future());
    assertThat(wait.isComplete()).isFalse();

    wanted.complete("done");

    assertThat(wait.succeeded()).isTrue();
  }

  @Test
  void aFailureEndsItAndIsNotPassedOn() {
    Future<Void> wait = BoundedWait.within(vertx, LONG, Future.failedFuture("no key set"));

    assertThat(wait.succeeded()).isTrue();
  }

  @Test
  void whatNeverComesHoldsNothingUp() {
    Promise<Void> never = Promise.promise();

    Await.result(BoundedWait.within(vertx, Duration.ofMillis(1), never.future()));

    assertThat(never.future().isComplete()).isFalse();
  }

  @Test
  void whatComesTooLateChangesNothing() {
    Promise<Void> late = Promise.promise();
    Future<Void> wait = BoundedWait.within(vertx, Duration.ofMillis(1), late.future());
    Await.result(wait);

    late.fail("too late");

    assertThat(wait.succeeded()).isTrue();
  }
}
