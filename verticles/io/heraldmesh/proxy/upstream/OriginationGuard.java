package io.heraldmesh.proxy.upstream;

import io.heraldmesh.tls.PeerRefused;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection to a server outside of the mesh when the roots that made it believed are
 * taken away, with all that is under way on it. Belongs to the connection's event loop.
 */
final class OriginationGuard implements Watch.Timed {
  private static final Logger LOG = LoggerFactory.getLogger(OriginationGuard.class);

  private final Channel channel;
  private final SslHandler handler;
  private final TlsClients tls;
  private final Target target;
  private final Target.Originated secured;
  private long generation;

  private OriginationGuard(
      Channel channel,
      SslHandler handler,
      TlsClients tls,
      Target target,
      Target.Originated secured,
      long generation) {
    this.channel = channel;
    this.handler = handler;
    this.tls = tls;
    this.target = target;
    this.secured = secured;
    this.generation = generation;
  }

  /**
   * Guards {@code channel} until it is closed.
   *
   * @param generation of the files before the handshake
   */
  static void over(
      Channel channel,
      SslHandler handler,
      TlsClients tls,
      Target target,
      Target.Originated secured,
      long generation,
      Watch watch) {
    OriginationGuard guard =
        new OriginationGuard(channel, handler, tls, target, secured, generation);
    watch.add(guard);
    channel.closeFuture().addListener(closed -> watch.remove(guard));
  }

  @Override
  public void check(long nowMillis) {
    long current = tls.generation(target);
    if (current == generation) {
      return;
    }
    generation = current;
    try {
      tls.checkAgain(secured, handler);
    } catch (PeerRefused e) {
      LOG.warn(
          "a connection ends, its server is not believed any more target=\"{}\" problem=\"{}\"",
          target.describe(),
          e.getMessage());
      channel.pipeline().firstContext().close();
    }
  }
}
