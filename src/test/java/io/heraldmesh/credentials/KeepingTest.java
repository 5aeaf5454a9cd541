package io.heraldmesh.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each write here is one number; the disk is as slow, and as full, as the test says. */
class KeepingTest {
  private final Vertx vertx = Vertx.vertx();
  private final Semaphore disk = new Semaphore(0);
  private final List<Integer> written = new CopyOnWriteArrayList<>();
  private volatile boolean full;
  private volatile int inForce;
  private final Keeping keeping = new Keeping(vertx, "it is not on disk", this::write);

  private void write() throws IOException {
    int number = inForce;
    disk.acquireUninterruptibly();
    if (full) {
      throw new IOException("no room");
    }
    written.add(number);
  }

  private void change(int number) {
    inForce = number;
    keeping.changed();
  }

  @AfterEach
  void close() {
    keeping.close();
    disk.release(1000);
    Await.result(vertx.close());
  }

  @Test
  void whatComesWhileOneIsWrittenIsWrittenOnceAndTheNewestLast() {
    change(1);
    Await.until("being written", disk::hasQueuedThreads);
    change(2);
    change(3);
    disk.release(1000);

    Await.until("the newest", () -> written.equals(List.of(1, 3)));
    assertThat(keeping.problem()).isNull();
  }

  @Test
  void whatFailsIsTriedAgainAndTheProblemIsOver() {
    full = true;
    disk.release(1000);
    change(1);
    Await.until("told", () -> keeping.problem() != null);
    assertThat(keeping.problem())
        .isEqualTo("it is not on disk (no room); check permissions and free space");

    full = false;
    Await.until("over", () -> keeping.problem() == null);
    assertThat(written).containsExactly(1);
  }

  @Test
  void nothingIsTriedAgainAfterTheEnd() {
    full = true;
    disk.release(1);
    change(1);
    Await.until("told", () -> keeping.problem() != null);
    keeping.close();

    full = false;
    change(2);
    assertThat(disk.hasQueuedThreads()).isFalse();
    assertThat(written).isEmpty();
  }
}
