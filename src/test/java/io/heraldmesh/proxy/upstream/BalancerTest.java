package io.heraldmesh.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Balancing.Method;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which endpoint is next. */
class BalancerTest {
  private final List<EndpointState> three = Stream.generate(EndpointState::new).limit(3).toList();

  @ParameterizedTest
  @EnumSource(Method.class)
  void theOnlyOneIsAlwaysNext(Method method) {
    assertThat(new Balancer(method).pick(three.subList(0, 1))).isZero();
  }

  @Test
  void roundRobinTakesOneAfterTheOtherWhateverTheirLoad() {
    three.get(1).active().set(100);
    assertThat(picks(new Balancer(Method.ROUND_ROBIN), 6)).containsExactly(0, 1, 2, 0, 1, 2);
  }

  @Test
  void leastRequestWithoutLoadUsesAllEvenly() {
    assertThat(picks(new Balancer(Method.LEAST_REQUEST), 6)).containsExactly(0, 1, 2, 0, 1, 2);
  }

  @Test
  void leastRequestNeverTakesTheBusiest() {
    three.get(1).active().set(1);
    assertThat(picks(new Balancer(Method.LEAST_REQUEST), 300)).doesNotContain(1).contains(0, 2);
  }

  @Test
  void leastRequestFillsTheIdleFirst() {
    Balancer balancer = new Balancer(Method.LEAST_REQUEST);
    for (int i = 0; i < 300; i++) {
      three.get(balancer.pick(three)).active().incrementAndGet();
    }
    assertThat(three).extracting(state -> state.active().get()).allMatch(n -> n >= 90 && n <= 110);
  }

  /** That one of three is not drawn in 300 draws has a chance of 1 in 10^52. */
  @Test
  void randomReachesAll() {
    assertThat(picks(new Balancer(Method.RANDOM), 300)).contains(0, 1, 2);
  }

  private List<Integer> picks(Balancer balancer, int count) {
    return IntStream.range(0, count).mapToObj(i -> balancer.pick(three)).toList();
  }
}
