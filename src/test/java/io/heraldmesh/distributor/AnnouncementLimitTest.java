package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnnouncementLimitTest {
  /** As {@link System#nanoTime}, which may begin anywhere and go over its end. */
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1000);

  private final AnnouncementLimit limit = new AnnouncementLimit(nanos::get);

  private long taken(int asked, String node) {
    return IntStream.range(0, asked).filter(i -> limit.take(node)).count();
  }

  @Test
  void tenAtOnceAndThenOneASecond() {
    assertThat(taken(100, "n1")).isEqualTo(10);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(taken(100, "n1")).isEqualTo(1);
    nanos.addAndGet(Duration.ofSeconds(3).toNanos() - 1);
    assertThat(taken(100, "n1")).isEqualTo(2);
    nanos.addAndGet(Duration.ofDays(1).toNanos());
    assertThat(taken(100, "n1")).isEqualTo(10);
  }

  @Test
  void aNodeUsesUpItsOwnShareAlone() {
    assertThat(taken(100, "n1")).isEqualTo(10);
    assertThat(taken(100, "n2")).isEqualTo(10);
  }

  @Test
  void whoIsDeletedIsForgotten() {
    assertThat(taken(100, "n1")).isEqualTo(10);
    assertThat(taken(100, "n2")).isEqualTo(10);
    limit.keep(Set.of("n1"));

    assertThat(limit.take("n1")).isFalse();
    assertThat(limit.take("n2")).isTrue();
  }
}
