package io.heraldmesh.tls;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoOps;

/** One connection's place in epoll; a new one is made when it was given up. */
final class ReaddingRegistration implements IoRegistration {
  private final IoHandler epoll;
  private final IoHandle handle;
  private volatile IoRegistration current;
  private boolean out;

  ReaddingRegistration(IoHandler epoll, IoHandle handle) throws Exception {
    this.epoll = epoll;
    this.handle = handle;
    this.current = epoll.register(handle);
  }

  @Override
  @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature
  public <T> T attachment() {
    return current.attachment();
  }

  @Override
  public long submit(IoOps ops) {
    boolean none = ops.equals(EpollIoOps.NONE);
    if (out && !none && current.isValid()) {
      enterAgain();
    }
    out = none;
    return current.submit(ops);
  }

  private void enterAgain() {
    current.cancel();
    try {
      current = epoll.register(handle);
    } catch (Exception e) {
      throw new IllegalStateException("a connection cannot be put into epoll again", e);
    }
  }

  @Override
  public boolean isValid() {
    return current.isValid();
  }

  @Override
  public boolean cancel() {
    return current.cancel();
  }
}
