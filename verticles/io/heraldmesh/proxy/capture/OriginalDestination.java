package io.heraldmesh.proxy.capture;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Tells where the client of an accepted connection was going when it was led to this listener. */
@FunctionalInterface
public interface OriginalDestination {

  /**
   * Where {@code accepted} was going; null when it was not captured: its client dialled the
   * listener itself. Does not block. IPv4 in IPv6 is IPv4.
   */
  @Nullable InetSocketAddress of(Channel accepted);
}
