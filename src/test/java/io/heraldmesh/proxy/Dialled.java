package io.heraldmesh.proxy;

import io.heraldmesh.proxy.capture.OriginalDestination;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Stands in for the rules that capture connections: a client says where it means to go. */
final class Dialled implements OriginalDestination {
  private final Map<Integer, InetSocketAddress> byPort = new ConcurrentHashMap<>();

  /** A connection to {@code listener} of a client that dialled {@code address}. */
  RawClient connect(InetSocketAddress listener, InetSocketAddress address) throws Exception {
    return new RawClient(socket(listener, address));
  }

  /** The same as a socket. */
  Socket socket(InetSocketAddress listener, InetSocketAddress address) throws Exception {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(listener.getAddress(), 0));
    byPort.put(socket.getLocalPort(), address);
    socket.connect(listener);
    return socket;
  }

  @Override
  public @Nullable InetSocketAddress of(Channel accepted) {
    return byPort.get(((InetSocketAddress) accepted.remoteAddress()).getPort());
  }
}
