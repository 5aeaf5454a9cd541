package io.heraldmesh.proxy.upstream;

import io.netty.channel.Channel;

/** Hears how the opening of a connection went, on its event loop. */
public interface Opened {

  /** {@code channel} has no handlers of the protocol yet; they must be added before returning. */
  void ready(Channel channel);

  void failed(UpstreamFailure failure);
}
