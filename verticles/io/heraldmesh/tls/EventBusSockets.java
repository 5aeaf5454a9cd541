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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  private final MemberTls tls;
  private final SocketTrust trust;
  private final NetServer server;
  private final NetClient client;
  private final Map<?, ?> outbound;

  private EventBusSockets(
      MemberTls tls, SocketTrust trust, NetServer server, NetClient client, Map<?, ?> outbound) {
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
   * Uses the newest identity for new connections, and closes those that this node has made with an
   * earlier one, so that they are made again. Messages on their way on them may be lost.
   */
  public Future<Void> renew() {
    return update()
        .compose(
            done -> {
              List<Future<Void>> closed = new ArrayList<>();
              for (Object connection : List.copyOf(outbound.values())) {
                NetSocket socket = Private.fieldOrNull(connection, "socket", NetSocket.class);
                if (socket != null) {
                  closed.add(socket.close().otherwiseEmpty());
                }
              }
              LOG.info("event bus has a new certificate, connections={}", closed.size());
              return Future.all(closed).mapEmpty();
            });
  }

  /** Ends what is held by a peer whose certificate has ended meanwhile. */
  public void closeEnded() {
    trust.closeEnded(tls.clock().instant());
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
