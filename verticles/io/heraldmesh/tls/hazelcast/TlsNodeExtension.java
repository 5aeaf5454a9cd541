package io.heraldmesh.tls.hazelcast;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Member;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.cluster.impl.JoinMessage;
import com.hazelcast.internal.cluster.impl.JoinRequest;
import com.hazelcast.internal.networking.Channel;
import com.hazelcast.internal.networking.ChannelInitializer;
import com.hazelcast.internal.server.ServerConnection;
import com.hazelcast.internal.server.ServerContext;
import com.hazelcast.internal.server.tcp.UnifiedProtocolDecoder;
import com.hazelcast.internal.server.tcp.UnifiedProtocolEncoder;
import io.heraldmesh.tls.MemberTls;
import io.heraldmesh.tls.PeerRefused;
import java.time.Duration;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts TLS under the protocol of members, and lets in whom TLS has named. */
final class TlsNodeExtension extends DefaultNodeExtension {
  private static final Logger LOG = LoggerFactory.getLogger(TlsNodeExtension.class);
  private static final Duration LOOK_FOR_OLD = Duration.ofMillis(200);

  private final MemberTls tls;
  private final Handshakes handshakes;

  TlsNodeExtension(Node node, MemberTls tls, TlsHazelcast.Times times) {
    super(node);
    this.tls = tls;
    this.handshakes = new Handshakes(times.handshake());
    MemberConnections connections = new MemberConnections(node, tls, times.patience());
    handshakes.every(
        LOOK_FOR_OLD,
        () -> {
          try {
            connections.closeOld();
          } catch (RuntimeException e) {
            LOG.warn("old member connections stay for now: {}", e.toString());
          }
        });
  }

  @Override
  public Function<EndpointQualifier, ChannelInitializer> createChannelInitializerFn(
      ServerContext context) {
    return qualifier -> channel -> initialize(channel, context);
  }

  private void initialize(Channel channel, ServerContext context) throws SSLException {
    ChannelSettings.apply(channel.options(), context.properties());
    TlsChannel secured = new TlsChannel(channel, tls, handshakes::ended);
    UnifiedProtocolEncoder encoder = new UnifiedProtocolEncoder(context);
    channel.outboundPipeline().addLast(encoder, new TlsOutbound(secured));
    channel
        .inboundPipeline()
        .addLast(new TlsInbound(secured), new UnifiedProtocolDecoder(context, encoder));
    handshakes.begun(secured);
  }

  /**
   * The one who asks must be the member that its certificate names, under the address that it is
   * connected from, and the only one of its name.
   */
  @Override
  public void validateJoinRequest(JoinMessage message) {
    super.validateJoinRequest(message);
    String name = authenticated(message.getAddress());
    if (!(message instanceof JoinRequest request)) {
      return;
    }
    String claimed = request.getAttributes().get(TlsHazelcast.NAME_ATTRIBUTE);
    if (!name.equals(claimed)) {
      throw new IllegalStateException(
          message.getAddress()
              + " says that it is "
              + claimed
              + ", but its certificate is "
              + name);
    }
    for (Member member : node.getClusterService().getMembers()) {
      if (name.equals(member.getAttribute(TlsHazelcast.NAME_ATTRIBUTE))
          && !member.getAddress().equals(message.getAddress())) {
        throw new IllegalStateException(
            name + " is a member already, at " + member.getAddress() + "; names are used once");
      }
    }
  }

  private String authenticated(Address address) {
    ServerConnection connection =
        node.getServer().getConnectionManager(EndpointQualifier.MEMBER).get(address);
    MemberPeer peer = connection == null ? null : MemberPeer.of(connection);
    if (peer == null) {
      throw new IllegalStateException(
          address + " asks to join without a TLS connection of its own");
    }
    try {
      return tls.members().require(peer.identity().id());
    } catch (PeerRefused e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  @Override
  public void afterShutdown() {
    handshakes.close();
    super.afterShutdown();
  }
}
