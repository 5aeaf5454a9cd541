package io.heraldmesh.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract with Vert.x's internals: its event loops carry Herald's own sockets. */
class EventLoopsTest {

  @Test
  void acceptedAndOpenedConnectionsRunOnVertxEventLoops() throws Exception {
    Vertx vertx = NativeTransport.builder(new VertxOptions().setEventLoopPoolSize(2)).build();
    try {
      EventLoops loops = EventLoops.of(vertx);
      CompletableFuture<String> accepted = new CompletableFuture<>();
      Channel server =
          loops
              .server()
              .childHandler(
                  new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                      accepted.complete(Thread.currentThread().getName());
                    }

                    @Override
                    public boolean isSharable() {
                      return true;
                    }
                  })
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .sync()
              .channel();
      EventLoop loop = (EventLoop) loops.all().iterator().next();
      Channel client =
          loops
              .client(loop)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(server.localAddress())
              .sync()
              .channel();
      assertThat(client.eventLoop()).isSameAs(loop);
      assertThat(accepted.get(5, TimeUnit.SECONDS)).startsWith("vert.x-eventloop-thread-");
      assertThat(loops.all()).hasSize(2).doesNotContain(server.eventLoop());
      assertThat(loops.withAcceptors())
          .hasSize(3)
          .containsAll(loops.all())
          .contains(server.eventLoop());
      assertThat(loops.transport().isEmpty()).isFalse();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
  }

  @Test
  void aTaskRunsAfterEveryLoopHasFinishedWhatItWasDoing() throws Exception {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    try {
      EventLoops loops = EventLoops.of(vertx);
      CompletableFuture<Void> release = new CompletableFuture<>();
      CompletableFuture<Void> passed = new CompletableFuture<>();
      loops.all().iterator().next().execute(release::join);
      loops.afterCurrentTasks(() -> passed.complete(null));
      assertThat(passed).isNotDone();
      release.complete(null);
      passed.get(5, TimeUnit.SECONDS);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
  }

  @Test
  void aVertxOfAnotherMakeIsRefusedWithAReason() {
    Vertx other =
        (Vertx)
            Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Vertx.class}, (p, m, a) -> null);
    assertThatThrownBy(() -> EventLoops.of(other))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("event loops");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theSystemProbesASilentConnectionAsItIsTold(boolean nativeTransport) throws Exception {
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions().setPreferNativeTransport(nativeTransport).setEventLoopPoolSize(1));
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      EventLoops loops = EventLoops.of(vertx);
      Bootstrap bootstrap = loops.client((EventLoop) loops.all().iterator().next());
      loops.keepAlive(bootstrap, 61, 7, 3);
      Channel client =
          bootstrap
              .handler(new ChannelInboundHandlerAdapter())
              .connect(server.getLocalSocketAddress())
              .sync()
              .channel();
      boolean epoll = loops.transport().equals("Epoll");
      assertThat(epoll).isEqualTo(nativeTransport && Epoll.isAvailable());
      assertThat(client.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
      assertThat(
              client
                  .config()
                  .getOption(
                      epoll
                          ? EpollChannelOption.TCP_KEEPIDLE
                          : NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE)))
          .isEqualTo(61);
      assertThat(
              client
                  .config()
                  .getOption(
                      epoll
                          ? EpollChannelOption.TCP_KEEPINTVL
                          : NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL)))
          .isEqualTo(7);
      assertThat(
              client
                  .config()
                  .getOption(
                      epoll
                          ? EpollChannelOption.TCP_KEEPCNT
                          : NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT)))
          .isEqualTo(3);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
  }
}
