package io.heraldmesh.ca;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IssuanceLimitTest {
  private static final SpiffeId NODE = node("n1");
  private static final SpiffeId WEB = SpiffeId.workload(TestAuthority.TD, "shop", "web");

  private final AtomicLong nanos = new AtomicLong(-5);
  private final IssuanceLimit limit = new IssuanceLimit(nanos::get);

  private static SpiffeId node(String name) {
    return SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, name);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private long taken(int asked, SpiffeId caller, SpiffeId subject) {
    return IntStream.range(0, asked).filter(i -> limit.take(caller, subject)).count();
  }

  @Test
  void tenAtOnceAndThenOneEachTenSeconds() {
    assertThat(taken(100, NODE, WEB)).isEqualTo(10);
    pass(IssuanceLimit.EVERY);
    assertThat(taken(100, NODE, WEB)).isEqualTo(1);
    pass(IssuanceLimit.EVERY.multipliedBy(3).minusNanos(1));
    assertThat(taken(100, NODE, WEB)).isEqualTo(2);
    pass(Duration.ofDays(1));
    assertThat(taken(100, NODE, WEB)).isEqualTo(10);
  }

  @Test
  void theShortestLeafThatANodeFileAllowsRenewsForEver() {
    Duration half = Duration.ofSeconds(30);
    for (int i = 0; i < 1000; i++) {
      assertThat(limit.take(NODE, WEB)).isTrue();
      pass(half);
    }
  }

  @Test
  void eachWorkloadOfEachNodeHasItsOwnShare() {
    assertThat(taken(11, NODE, WEB)).isEqualTo(10);
    for (int i = 0; i < 500; i++) {
      assertThat(limit.take(NODE, SpiffeId.workload(TestAuthority.TD, "shop", "w" + i))).isTrue();
    }
    assertThat(taken(11, node("n2"), WEB)).isEqualTo(10);
    assertThat(limit.take(NODE, NODE)).isTrue();
  }

  @Test
  void soManyAreRememberedAndNoMore() {
    for (int i = 0; i < IssuanceLimit.MOST_REMEMBERED + 10; i++) {
      limit.take(node("n" + i), WEB);
    }
    assertThat(limit.remembered()).isEqualTo(IssuanceLimit.MOST_REMEMBERED);
  }

  @Test
  void whoMeasuresIsNotHeldUp() {
    assertThat(IntStream.range(0, 1000).allMatch(i -> IssuanceLimit.NONE.take(NODE, WEB))).isTrue();
  }
}
