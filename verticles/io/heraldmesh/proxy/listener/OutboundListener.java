package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.capture.CallerCheck;
import io.heraldmesh.proxy.log.CalledService;
import io.heraldmesh.proxy.upstream.Route;
import io.heraldmesh.proxy.upstream.Routes;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes a workload's own calls, in the clear. */
public final class OutboundListener extends ChannelInitializer<Channel> {
  private final ListenerContext context;
  private final Workload workload;
  private final String principal;
  private final @Nullable HostPort only;
  private final Protocol protocol;
  private final CallerCheck callers;
  private final ConnectionLimit limit;

  /**
   * @param principal the workload's SPIFFE ID without {@code spiffe://}
   * @param only the one service it leads to; null: requests name theirs
   * @param protocol AUTO: what the service is declared to speak
   * @param callers who may connect
   */
  public OutboundListener(
      ListenerContext context,
      Workload workload,
      String principal,
      @Nullable HostPort only,
      Protocol protocol,
      CallerCheck callers) {
    this.context = context;
    this.workload = workload;
    this.principal = principal;
    this.only = only;
    this.protocol = protocol;
    this.callers = callers;
    this.limit = context.outboundLimit(workload);
  }

  @Override
  protected void initChannel(Channel channel) {
    if (!limit.admit(channel)) {
      return;
    }
    context.open().addOutbound(channel);
    Reason stranger =
        callers.refusal(
            Addresses.socket(channel.remoteAddress()), Addresses.socket(channel.localAddress()));
    if (stranger != null) {
      refuse(channel, stranger);
      return;
    }
    Protocol spoken = spoken();
    if (spoken == Protocol.TCP) {
      bytes(channel);
    } else {
      channel.pipeline().addLast(new OutboundSniffer(this, spoken));
    }
  }

  /** Bytes need a fixed service; elsewhere they are taken for a broken request. */
  private Protocol spoken() {
    HostPort service = only;
    if (service == null) {
      return Protocol.HTTP;
    }
    Routes routes = context.inForce().get().routes(workload);
    Route route = routes == null ? null : routes.find(service.host(), service.port());
    return route == null || protocol != Protocol.AUTO ? protocol : route.destination().protocol();
  }

  /** As nobody: it has not been shown that the workload called. */
  private void refuse(Channel channel, Reason reason) {
    Origin nobody =
        new Origin(
            "source",
            workload.toString(),
            null,
            false,
            Addresses.text(Addresses.ip(channel.remoteAddress())));
    new Tunnel(context, channel, nobody, CalledService.UNKNOWN).refuse(reason, "-");
  }

  ListenerContext context() {
    return context;
  }

  /** What is TLS says itself which server it is for. */
  boolean mayBeNamed() {
    return only == null;
  }

  /** To the one service that this leads to. */
  void bytes(Channel channel) {
    HostPort service = Objects.requireNonNull(only, "no listener for bytes is without a service");
    TcpClient.start(
        context, workload, gate(channel).origin(), TcpClient.Callee.of(service), channel);
  }

  /**
   * To the server that a TLS client asks for.
   *
   * @param serverName null: it names none
   */
  void named(Channel channel, @Nullable String serverName) {
    NamedServer.start(context, workload, gate(channel).origin(), serverName, channel);
  }

  Gate gate(Channel channel) {
    return new OutboundGate(
        context, workload, principal, only, Addresses.text(Addresses.ip(channel.remoteAddress())));
  }
}
