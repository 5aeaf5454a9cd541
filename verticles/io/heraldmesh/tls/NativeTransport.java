package io.heraldmesh.tls;

import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.transport.Transport;

/** How every Vert.x of Herald reaches the network: epoll where the system has it, else the JDK. */
public final class NativeTransport extends EpollTransport implements Transport {
  private static final NativeTransport EPOLL = new NativeTransport();

  private NativeTransport() {}

  /** A builder with {@code options} and this transport. */
  public static VertxBuilder builder(VertxOptions options) {
    return Vertx.builder().with(options).withTransport(EPOLL.isAvailable() ? EPOLL : NIO);
  }

  @Override
  public String name() {
    return "epoll";
  }

  @Override
  public boolean available() {
    return isAvailable();
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return this;
  }

  @Override
  public IoHandlerFactory ioHandlerFactory() {
    IoHandlerFactory epoll = super.ioHandlerFactory();
    return new IoHandlerFactory() {
      @Override
      public IoHandler newHandler(ThreadAwareExecutor executor) {
        return new ReaddingIoHandler(epoll.newHandler(executor));
      }

      @Override
      public boolean isChangingThreadSupported() {
        return epoll.isChangingThreadSupported();
      }
    };
  }
}
