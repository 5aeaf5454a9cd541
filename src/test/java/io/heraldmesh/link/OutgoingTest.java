package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the other end, which reads nothing here, counts as one that takes nothing. */
class OutgoingTest {
  /** More than the sockets between hold. */
  private static final Buffer LARGE = Buffer.buffer(new byte[64 << 20]);

  private final Vertx vertx = Vertx.vertx();
  private final NetServer reader = vertx.createNetServer().connectHandler(NetSocket::pause);
  private final NetSocket socket =
      Await.result(
          reader
              .listen(0, "127.0.0.1")
              .compose(on -> vertx.createNetClient().connect(on.actualPort(), "127.0.0.1")));
  private final AtomicLong nanos = new AtomicLong();
  private final Outgoing<Buffer> outgoing =
      new Outgoing<>(socket, Long.MAX_VALUE, new AtomicLong(), Long.MAX_VALUE, nanos::get);

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  @Test
  void whatWaitsHasTheTimeThatItTakesAtTheLeastRate() {
    outgoing.offer(LARGE, (int) (10 * LinkLimits.LEAST_BYTES_PER_SECOND));

    assertThat(stuckAfter(Duration.ofSeconds(18))).isFalse();
    assertThat(stuckAfter(Duration.ofSeconds(20))).isTrue();
  }

  @Test
  void nothingHasMoreTimeThanAnAnswerIsWaitedFor() {
    outgoing.offer(LARGE, LARGE.length());

    assertThat(stuckAfter(Duration.ofSeconds(68))).isFalse();
    assertThat(stuckAfter(Duration.ofSeconds(70))).isTrue();
  }

  @Test
  void whatWaitsIsCountedWithWhatAMessageTakesBesidesItsBytes() {
    AtomicLong all = new AtomicLong();
    Outgoing<Buffer> bounded = new Outgoing<>(socket, 256 << 10, all, 1 << 20, nanos::get);
    bounded.offer(LARGE, 1);
    int taken = 1;
    while (bounded.offer(Buffer.buffer("x"), 1) != null) {
      taken++;
    }

    assertThat(taken).isLessThanOrEqualTo(256);
    assertThat(all.get()).isLessThanOrEqualTo(256 << 10);
    assertThat(bounded.waits()).isTrue();
  }

  @Test
  void whereNothingWaitsNothingIsStuck() {
    Future<Void> sent = outgoing.offer(Buffer.buffer("sent"), 4);
    assertThat(sent).isNotNull();
    Await.result(sent);

    assertThat(stuckAfter(Duration.ofHours(1))).isFalse();
  }

  private boolean stuckAfter(Duration time) {
    nanos.set(time.toNanos());
    return outgoing.stuck();
  }
}
