package io.heraldmesh.proxy.upstream;

import io.heraldmesh.policy.Balancing;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Picks one of several endpoints. Thread-safe. */
final class Balancer {
  private final Balancing.Method method;
  private final AtomicInteger turn = new AtomicInteger();

  Balancer(Balancing.Method method) {
    this.method = method;
  }

  /**
   * @param states of at least one endpoint
   * @return its index
   */
  int pick(List<EndpointState> states) {
    int size = states.size();
    if (size == 1) {
      return 0;
    }
    return switch (method) {
      case ROUND_ROBIN -> next(size);
      case RANDOM -> ThreadLocalRandom.current().nextInt(size);
      case LEAST_REQUEST -> lighter(states, next(size));
    };
  }

  /**
   * The one whose turn it is, or another that was drawn and has less to do. Istio draws both; with
   * one in turn, endpoints without load are used evenly.
   */
  private static int lighter(List<EndpointState> states, int one) {
    int drawn = ThreadLocalRandom.current().nextInt(states.size() - 1);
    int other = drawn < one ? drawn : drawn + 1;
    return states.get(other).active().get() < states.get(one).active().get() ? other : one;
  }

  private int next(int size) {
    return Math.floorMod(turn.getAndIncrement(), size);
  }
}
