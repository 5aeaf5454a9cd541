package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.filter.Filters;
import io.heraldmesh.proxy.filter.InboundRequest;
import io.heraldmesh.proxy.filter.Verdict;
import io.heraldmesh.proxy.upstream.Choice;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** A TCP connection to a workload: decided once, then piped. */
final class TcpServer {
  private TcpServer() {}

  static void start(
      InboundListener listener, Channel channel, Connection connection, @Nullable PeerCheck peer) {
    ListenerContext context = listener.context();
    Tunnel tunnel = listener.tunnel(channel, peer);
    Enforcement enforcement = context.inForce().get().enforcement(listener.workload());
    if (enforcement == null) {
      tunnel.refuse(new Reason("no_policy", "no snapshot is in force"), "-");
      return;
    }
    switch (decide(context, connection, enforcement)) {
      case Verdict.Pass pass -> {
        tunnel.open(pass.permit(), Choice.only(listener.bytes()));
        tunnel.guard(new InboundStanding(context, listener.workload(), connection, peer, true));
      }
      case Verdict.Refuse refuse -> {
        Decision.Denied denied = refuse.decision();
        tunnel.refuse(denied.reason(), "-");
      }
    }
  }

  /** Whether the connection would be let in now. */
  static boolean passes(InboundListener listener, Connection connection) {
    ListenerContext context = listener.context();
    Enforcement enforcement = context.inForce().get().enforcement(listener.workload());
    return enforcement != null && decide(context, connection, enforcement) instanceof Verdict.Pass;
  }

  private static Verdict decide(
      ListenerContext context, Connection connection, Enforcement enforcement) {
    return Filters.inbound(
        new InboundRequest(
            connection, null, enforcement, context.keySets().get(), context.clock().instant()));
  }
}
