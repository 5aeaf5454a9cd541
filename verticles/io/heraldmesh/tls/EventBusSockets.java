package io.heraldmesh.tls;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mutual TLS on the sockets of a clustered event bus, in both directions with members only. Vert.x
 * offers neither a choice of who is trusted nor new certificates while it runs: so it starts with a
 * certificate that nobody has, and its server and client get the real ones before anything is
 * offered on the bus. Written against Vert.x 5.2, whose internals may change in any release.
 */
public final class EventBusSockets {
  private static final Logger LOG = LoggerFactory.getLogger(EventBusSockets.class);
  private static final Set<String> PROTOCOLS = Set.of("TLSv1.3");
  private static final String BUS = "io.vertx.core.eventbus.impl.clustered.ClusteredEventBus";

  /** Longer than a message that was given to a connection takes to be written and read. */
  private static final long LINGER_MILLIS = 2_000;

  /** More than a connect may take. */
  private static final int CONNECTING_TRIES = 45;

  private static final Duration SOON = Duration.ofMinutes(1);
  private static final Duration REMAKE_EVERY = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final MemberTls tls;
  private final SocketTrust trust;
  private final NetServer server;
  private final NetClient client;
  private final Map<?, ?> outbound;

  /** When connections to a peer were last made anew for its certificate; of {@link #closeEnded}. */
  private final Map<Object, Instant> remade = new HashMap<>();

  private EventBusSockets(
      Vertx vertx,
      MemberTls tls,
      SocketTrust trust,
      NetServer server,
      NetClient client,
      Map<?, ?> outbound) {
    this.vertx = vertx;
    this.tls = tls;
    this.trust = trust;
    this.server = server;
    this.client = client;
    this.outbound = outbound;
  }

  /** What the event bus starts with: TLS that nobody can complete. */
  public static EventBusOptions closed(EventBusOptions options) {
    ThrowAway nobody = ThrowAway.make();
    options
        .setSsl(true)
        .setClientAuth(ClientAuth.REQUIRED)
        .setEnabledSecureTransportProtocols(PROTOCOLS)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(nobody.certificate()))
                .addKeyValue(Buffer.buffer(nobody.key())))
        .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(nobody.certificate())));
    return options;
  }

  /**
   * Opens the sockets of {@code vertx} for members; fails with {@link IllegalStateException} when
   * this Vert.x is not as expected, and it must not be used then.
   *
   * @param host that the event bus listens on
   */
  public static Future<EventBusSockets> open(Vertx vertx, MemberTls tls, String host) {
    EventBusSockets sockets;
    try {
      Object bus = vertx.eventBus();
      if (!bus.getClass().getName().equals(BUS)) {
        throw new IllegalStateException("the event bus is " + bus.getClass().getName());
      }
      sockets =
          new EventBusSockets(
              vertx,
              tls,
              new SocketTrust(tls),
              Private.field(bus, "server", NetServer.class),
              Private.field(bus, "client", NetClient.class),
              Private.field(bus, "outboundConnections", Map.class));
    } catch (IllegalStateException e) {
      return Future.failedFuture(
          new IllegalStateException(
              "TLS of the event bus cannot be put in, so this node does not start; it needs the"
                  + " Vert.x 5.2 that Herald ships: "
                  + e.getMessage(),
              e));
    }
    return sockets
        .update()
        .compose(done -> vertx.executeBlocking(() -> sockets.provenByOwnLeaf(host)))
        .map(sockets);
  }

  /** Where members connect to. */
  public int port() {
    return server.actualPort();
  }

  /**
   * Uses the newest identity for new connections, and puts aside those that this node has made with
   * an earlier one: the next message to their peer makes another, and they are closed once what was
   * being sent on them has long arrived. Whom the newest roots do not prove is closed at once.
   */
  public Future<Void> renew() {
    trust.closeRefused();
    return update()
        .onSuccess(
            done -> {
              int aside = 0;
              for (Map.Entry<?, ?> peer : List.copyOf(outbound.entrySet())) {
                if (putAside(peer.getKey(), peer.getValue())) {
                  aside++;
                }
              }
              LOG.info("event bus has a new certificate, connections={}", aside);
            });
  }

  private boolean putAside(Object peer, Object connection) {
    boolean there = outbound.remove(peer, connection);
    if (there) {
      vertx.setTimer(LINGER_MILLIS, late -> closeAside(connection, 1));
    }
    return there;
  }

  /** One that was still connecting gets a little more time; its own timeout ends it otherwise. */
  private void closeAside(Object connection, int tries) {
    NetSocket socket = Private.fieldOrNull(connection, "socket", NetSocket.class);
    if (socket != null) {
      socket.close();
    } else if (tries < CONNECTING_TRIES) {
      vertx.setTimer(LINGER_MILLIS, late -> closeAside(connection, tries + 1));
    }
  }

  /**
   * To be called every second by one event loop. Ends what is held by a peer whose certificate has
   * ended meanwhile; shortly before, where the peer may have another by now, a connection to it is
   * made anew.
   */
  public void closeEnded() {
    Instant now = tls.clock().instant();
    for (Map.Entry<?, ?> peer : List.copyOf(outbound.entrySet())) {
      NetSocket socket = Private.fieldOrNull(peer.getValue(), "socket", NetSocket.class);
      if (socket != null && endsSoon(socket, now) && isTime(peer.getKey(), now)) {
        putAside(peer.getKey(), peer.getValue());
      }
    }
    trust.closeEnded(now);
    remade.values().removeIf(at -> !now.isBefore(at.plus(REMAKE_EVERY)));
  }

  /** A peer that has no other certificate yet is tried again, not every second. */
  private boolean isTime(Object peer, Instant now) {
    return remade.putIfAbsent(peer, now) == null;
  }

  /** In the last tenth of its life, the last minute at most. */
  private static boolean endsSoon(NetSocket socket, Instant now) {
    try {
      X509Certificate leaf = (X509Certificate) socket.peerCertificates().getFirst();
      Instant end = leaf.getNotAfter().toInstant();
      Duration tenth = Duration.between(leaf.getNotBefore().toInstant(), end).dividedBy(10);
      return !now.isBefore(end.minus(tenth.compareTo(SOON) < 0 ? tenth : SOON));
    } catch (SSLPeerUnverifiedException closed) {
      return false;
    }
  }

  private Future<Void> update() {
    KeyCertOptions keys = KeyCertOptions.wrap(tls.keys());
    TrustOptions trusted = TrustOptions.wrap(trust);
    ServerSSLOptions serving = new ServerSSLOptions().setClientAuth(ClientAuth.REQUIRED);
    serving.setKeyCertOptions(keys).setTrustOptions(trusted);
    serving.setEnabledSecureTransportProtocols(PROTOCOLS);
    // Identities are SPIFFE IDs, checked by the trust manager; names prove nothing here.
    ClientSSLOptions calling = new ClientSSLOptions().setHostnameVerificationAlgorithm("");
    calling.setKeyCertOptions(keys).setTrustOptions(trusted);
    calling.setEnabledSecureTransportProtocols(PROTOCOLS);
    // Forced: a session of the context before would be resumed, and with it the identity before.
    return server
        .updateSSLOptions(serving, true)
        .compose(done -> client.updateSSLOptions(calling, true))
        .mapEmpty();
  }

  private boolean provenByOwnLeaf(String host) {
    OwnSocket.requireLeaf(new InetSocketAddress(host, port()), tls.keys());
    return true;
  }
}
