package io.heraldmesh.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Balancing;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.upstream.Choice;
import io.heraldmesh.proxy.upstream.Route;
import io.heraldmesh.proxy.upstream.Routes;
import io.heraldmesh.proxy.upstream.Target;
import io.heraldmesh.proxy.upstream.UpstreamStream;
import io.heraldmesh.tls.MeshProtocol;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpObject;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AttemptsTest {
  private static final SpiffeId CALLER = SpiffeId.parse("spiffe://cluster.local/ns/a/sa/web");

  @Test
  void eachFurtherAttemptGoesToAnEndpointThatWasNotTried() {
    Attempts attempts = begun(route(3, Integer.MAX_VALUE));
    Set<Target> tried = new HashSet<>(Set.of(attempts.target()));

    assertThat(attempts.another(false)).isTrue();
    assertThat(tried.add(attempts.target())).isTrue();
    assertThat(attempts.another(false)).isTrue();
    assertThat(tried.add(attempts.target())).isTrue();
  }

  @Test
  void thereAreTwoFurtherAttemptsHoweverManyEndpoints() {
    Attempts attempts = begun(route(9, Integer.MAX_VALUE));

    assertThat(attempts.another(false)).isTrue();
    assertThat(attempts.another(false)).isTrue();
    assertThat(attempts.another(false)).isFalse();
  }

  @Test
  void theOnlyEndpointIsTriedOnceMoreOnlyIfItDidNotLook() {
    assertThat(begun(route(1, Integer.MAX_VALUE)).another(false)).isFalse();

    Attempts attempts = begun(route(1, Integer.MAX_VALUE));
    Target first = attempts.target();
    assertThat(attempts.another(true)).isTrue();
    assertThat(attempts.target()).isEqualTo(first);
  }

  @Test
  void theFirstAttemptIsNoRetry() {
    Attempts attempts = begun(route(2, Integer.MAX_VALUE));
    assertThat(attempts.retried()).isFalse();

    attempts.another(false);

    assertThat(attempts.retried()).isTrue();
  }

  @Test
  void whatIsCalledEnoughIsNotCalledOnceMore() {
    Route route = route(2, 1);
    Attempts first = begun(route);
    assertThat(new Attempts(next(route)).begin()).isFalse();

    first.end(200);

    assertThat(new Attempts(next(route)).begin()).isTrue();
  }

  @Test
  void anAttemptThatFailedDoesNotCountAsUnderWay() {
    Route route = route(2, 1);
    Attempts attempts = begun(route);

    assertThat(attempts.another(false)).isTrue();
    attempts.end(200);

    assertThat(new Attempts(next(route)).begin()).isTrue();
  }

  @Test
  void aConnectionThatWasLentAndBrokeIsReplacedOnce() {
    Attempts attempts = begun(route(2, Integer.MAX_VALUE));

    assertThat(attempts.again(new Broken(true, false))).isTrue();
    assertThat(attempts.again(new Broken(true, false))).isFalse();
  }

  @Test
  void aNewConnectionThatBrokeIsNotReplaced() {
    Attempts attempts = begun(route(2, Integer.MAX_VALUE));

    assertThat(attempts.again(new Broken(false, false))).isFalse();
    assertThat(attempts.again(new Broken(true, false))).as("that was no use of it").isTrue();
  }

  @Test
  void whatWasRefusedAfterARetryIsOver() {
    Attempts attempts = begun(route(2, Integer.MAX_VALUE));
    attempts.another(true);

    assertThat(attempts.again(new Broken(true, true))).isFalse();
  }

  private static Attempts begun(Route route) {
    Attempts attempts = new Attempts(next(route));
    assertThat(attempts.begin()).isTrue();
    return attempts;
  }

  private static Choice next(Route route) {
    return Objects.requireNonNull(route.next(MeshProtocol.HTTP1, "api.a"));
  }

  private static Route route(int endpoints, int mostRequests) {
    Destination api =
        new Destination(
            "a/api",
            Set.of("api.a"),
            80,
            Protocol.HTTP,
            "outbound_.80_._.api.a",
            Set.of(CALLER),
            IntStream.range(0, endpoints)
                .mapToObj(i -> new Endpoint("10.0.0." + i, 80, true))
                .toList(),
            new Balancing(Balancing.Method.ROUND_ROBIN, null, mostRequests, Integer.MAX_VALUE));
    Routes routes = new Routes(List.of(api), CALLER, "a", null, false, true);
    return Objects.requireNonNull(routes.find("api.a", 80));
  }

  /** What is left of a stream whose connection broke. */
  private record Broken(boolean reused, boolean refused) implements UpstreamStream {
    @Override
    public Target target() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Channel channel() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isWritable() {
      return false;
    }

    @Override
    public long untaken() {
      return 0;
    }

    @Override
    public void adapt(Overload overload) {}

    @Override
    public void write(HttpObject message) {}

    @Override
    public void flush() {}

    @Override
    public void pause(boolean paused) {}

    @Override
    public void done(boolean again) {}

    @Override
    public void abort() {}
  }
}
