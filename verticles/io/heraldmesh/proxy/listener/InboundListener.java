package io.heraldmesh.proxy.listener;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.InboundPort;
import io.heraldmesh.proxy.log.CalledService;
import io.heraldmesh.proxy.upstream.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Takes connections for one port of one workload. */
public final class InboundListener extends ChannelInitializer<Channel> {
  private final ListenerContext context;
  private final Workload workload;
  private final SpiffeId own;
  private final InboundPort port;
  private final CalledService called;
  private final Target http1;
  private final Target http2;
  private final Target bytes;
  private final @Nullable ConnectionLimit limit;

  public InboundListener(
      ListenerContext context, Workload workload, SpiffeId own, InboundPort port) {
    this(context, workload, own, port, context.inboundLimit(workload), Target.Chosen.BY_NODE);
  }

  private InboundListener(
      ListenerContext context,
      Workload workload,
      SpiffeId own,
      InboundPort port,
      @Nullable ConnectionLimit limit,
      Target.Chosen chosen) {
    this.context = context;
    this.workload = workload;
    this.own = own;
    this.port = port;
    this.called = CalledService.workload(workload.toString(), port.port());
    this.limit = limit;
    this.http1 = Target.service(port.app(), port.protocol() == Protocol.HTTP2).chosen(chosen);
    // where nobody said what the service speaks, it is called in what the client speaks
    this.http2 = Target.service(port.app(), port.protocol() != Protocol.HTTP).chosen(chosen);
    this.bytes = Target.serviceTcp(port.app()).chosen(chosen);
  }

  /** For captured connections, which another listener counts. */
  static InboundListener captured(
      ListenerContext context, Workload workload, SpiffeId own, InboundPort port) {
    return new InboundListener(context, workload, own, port, null, Target.Chosen.BY_NODE);
  }

  /** The same, for a port that only a caller named. */
  static InboundListener undeclared(
      ListenerContext context, Workload workload, SpiffeId own, InboundPort port) {
    return new InboundListener(context, workload, own, port, null, Target.Chosen.BY_CALLER);
  }

  @Override
  protected void initChannel(Channel channel) {
    if (limit != null && !limit.admit(channel) || !context.newcomers().admit(channel)) {
      return;
    }
    context.open().addInbound(channel);
    take(channel);
  }

  /** Serves a connection that was let in. */
  void take(Channel channel) {
    channel.pipeline().addLast(new InboundSniffer(this));
  }

  /** The service, for bytes. */
  Target bytes() {
    return bytes;
  }

  ListenerContext context() {
    return context;
  }

  Workload workload() {
    return workload;
  }

  /** What its connections are for. */
  CalledService called() {
    return called;
  }

  SpiffeId own() {
    return own;
  }

  InboundPort port() {
    return port;
  }

  Connection connection(
      Channel channel, Connection.Tls tls, @Nullable SpiffeId peer, @Nullable String sni) {
    InetAddress source = Addresses.ip(channel.remoteAddress());
    return new Connection(
        tls, peer, source, source, Addresses.destination(channel), port.port(), sni);
  }

  /** Closes a connection before anything was decided about its content, and logs it. */
  void refuse(Channel channel, Reason reason) {
    tunnel(channel, null).refuse(reason, "-");
  }

  /** Logs a connection that has to end. */
  void withdrawn(Channel channel, @Nullable PeerCheck peer, Reason reason) {
    tunnel(channel, peer).log(reason, "-");
  }

  /**
   * @param peer what the client has proven; null: nothing
   */
  Tunnel tunnel(Channel channel, @Nullable PeerCheck peer) {
    SpiffeId proven = peer == null ? null : peer.identity().id();
    Origin origin =
        new Origin(
            "destination",
            workload.toString(),
            proven == null ? null : proven.principal(),
            proven != null,
            Addresses.text(Addresses.ip(channel.remoteAddress())),
            called);
    return new Tunnel(context, channel, origin, called);
  }

  /**
   * @param client what the client speaks: HTTP/1 or HTTP/2
   */
  Gate gate(Connection connection, @Nullable PeerCheck peer, FirstBytes client) {
    return new InboundGate(
        context,
        workload,
        called,
        own.toString(),
        connection,
        peer,
        client == FirstBytes.HTTP2 ? http2 : http1);
  }
}
