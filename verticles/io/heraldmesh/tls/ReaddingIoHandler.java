package io.heraldmesh.tls;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;

/**
 * Netty's epoll, which a connection may leave and enter again. Since Netty 4.2.13 a connection that
 * waits for nothing is taken out of epoll, and nothing puts it back ({@code epoll_ctl} fails with
 * ENOENT): a client that had ended its direction and read slowly lost the rest of its answer, with
 * a clean end. Belongs to its event loop; what is registered may be used as that of Netty.
 */
final class ReaddingIoHandler implements IoHandler {
  private final IoHandler epoll;

  ReaddingIoHandler(IoHandler epoll) {
    this.epoll = epoll;
  }

  @Override
  public void initialize() {
    epoll.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    return epoll.run(context);
  }

  @Override
  public void prepareToDestroy() {
    epoll.prepareToDestroy();
  }

  @Override
  public void destroy() {
    epoll.destroy();
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return new ReaddingRegistration(epoll, handle);
  }

  @Override
  public void wakeup() {
    epoll.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return epoll.isCompatible(handleType);
  }
}
