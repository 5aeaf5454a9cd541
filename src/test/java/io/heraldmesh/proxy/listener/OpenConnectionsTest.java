package io.heraldmesh.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OpenConnectionsTest {
  private final OpenConnections open = new OpenConnections();
  private final Client toWorkload = new Client();
  private final Client ofWorkload = new Client();

  OpenConnectionsTest() {
    open.addInbound(toWorkload.channel);
    open.addOutbound(ofWorkload.channel);
  }

  @Test
  void aConnectionCountsUntilItIsClosed() {
    assertThat(open.size()).isEqualTo(2);

    toWorkload.channel.close();

    assertThat(open.size()).isEqualTo(1);
  }

  @Test
  void nobodyIsToldBeforeADrain() {
    assertThat(open.draining(toWorkload.channel)).isFalse();
    assertThat(open.draining(ofWorkload.channel)).isFalse();
  }

  @Test
  void onlyTheSideThatIsDrainedHearsOfIt() {
    open.drainOutbound();

    assertThat(ofWorkload.told()).containsExactly(Drain.NOW);
    assertThat(toWorkload.told()).isEmpty();
    assertThat(open.draining(ofWorkload.channel)).isTrue();
    assertThat(open.draining(toWorkload.channel)).isFalse();
  }

  @Test
  void aDrainClosesNothingByItself() {
    Future<Void> drained = open.drainInbound();
    toWorkload.told();

    assertThat(toWorkload.channel.isOpen()).isTrue();
    assertThat(drained.isDone()).isFalse();
  }

  @Test
  void aDrainIsOverWhenTheLastOfItsSideHasClosed() throws Exception {
    Future<Void> drained = open.drainInbound();

    toWorkload.channel.close();

    assertThat(drained.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(ofWorkload.channel.isOpen()).isTrue();
  }

  @Test
  void aSideThatHasNoConnectionsIsOverAtOnce() throws Exception {
    assertThat(new OpenConnections().drainInbound().await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void theDeadlineClosesBothSidesAndNoHandlerPutsItOff() {
    open.closeAll();

    assertThat(toWorkload.closedNow()).isTrue();
    assertThat(ofWorkload.closedNow()).isTrue();
    assertThat(toWorkload.putOff).isZero();
  }

  @Test
  void aSideThatIsDrainedAfterTheDeadlineIsClosedAtOnce() throws Exception {
    open.closeAll();
    toWorkload.closedNow();
    Client late = new Client();
    open.addInbound(late.channel);

    Future<Void> drained = open.drainInbound();

    assertThat(late.closedNow()).isTrue();
    assertThat(drained.await(10, TimeUnit.SECONDS)).isTrue();
  }

  /** One connection, with a handler that would rather finish what it does than close. */
  private static final class Client extends ChannelDuplexHandler {
    final List<Object> events = new ArrayList<>();
    final EmbeddedChannel channel = new EmbeddedChannel(DefaultChannelId.newInstance(), this);
    int putOff;

    List<Object> told() {
      channel.runPendingTasks();
      return events;
    }

    boolean closedNow() {
      channel.runPendingTasks();
      return !channel.isOpen();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      events.add(event);
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
      putOff++;
      context.close(promise);
    }
  }
}
