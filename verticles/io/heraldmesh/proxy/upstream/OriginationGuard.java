package io.heraldmesh.proxy.upstream;

import io.heraldmesh.tls.Originations;
import io.heraldmesh.tls.PeerRefused;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection to a server outside of the mesh when the roots that made it believed are
 * taken away, or its certificate ends or, by a clock set back, is not valid yet; with all that is
 * under way on it. Belongs to the connection's event loop.
 */
final class OriginationGuard implements Watch.Timed {
  private static final Logger LOG = LoggerFactory.getLogger(OriginationGuard.class);

  private final Channel channel;
  private final SslHandler handler;
  private final TlsClients tls;
  private final Target target;
  private final Target.Originated secured;
  private long generation;
  private Instant from = Instant.MAX;
  private Instant until = Instant.MIN;

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
    try {
      guard.look(tls.now());
    } catch (PeerRefused e) {
      guard.until = Instant.MIN; // the first check says so
    }
    watch.add(guard);
    channel.closeFuture().addListener(closed -> watch.remove(guard));
  }

  @Override
  public void check(long nowMillis) {
    long current = tls.generation(target);
    Instant now = tls.now();
    if (current == generation && !now.isBefore(from) && now.isBefore(until)) {
      return;
    }
    generation = current;
    try {
      look(now);
      tls.checkAgain(secured, handler);
    } catch (PeerRefused e) {
      LOG.warn(
          "a connection ends, its server is not believed any more target=\"{}\" problem=\"{}\"",
          target.describe(),
          e.getMessage());
      channel.pipeline().firstContext().close();
    }
  }

  /** Looks at the times of what was shown; of others than the leaf the roots tell the rest. */
  private void look(Instant now) throws PeerRefused {
    List<X509Certificate> chain = Originations.shown(handler.engine());
    X509Certificate leaf = chain.getFirst();
    from = leaf.getNotBefore().toInstant();
    until =
        chain.stream()
            .map(shown -> shown.getNotAfter().toInstant())
            .filter(now::isBefore)
            .min(Comparator.naturalOrder())
            .orElse(Instant.MAX);
    if (now.isBefore(from)) {
      throw new PeerRefused("not_yet_valid", "its certificate is not valid yet");
    }
    if (!now.isBefore(leaf.getNotAfter().toInstant())) {
      throw new PeerRefused("expired", "its certificate has ended");
    }
  }
}
