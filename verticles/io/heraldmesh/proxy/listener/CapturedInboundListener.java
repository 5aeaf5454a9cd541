package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.capture.OriginalDestination;
import io.heraldmesh.proxy.log.CalledService;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the calls that come to any port of this machine and that the system led here, for the
 * workload whose port it is. Nobody may dial this listener itself.
 */
public final class CapturedInboundListener extends ChannelInitializer<Channel> {
  /** Of a port that is no workload's, or of more than one. */
  static final String NO_WORKLOAD = "no_workload";

  private final ListenerContext context;
  private final OriginalDestination originals;
  private final List<CapturedWorkload> workloads;
  private final ConnectionLimit limit;

  /**
   * @param node the node's name, for metrics
   */
  public CapturedInboundListener(
      ListenerContext context,
      String node,
      OriginalDestination originals,
      List<CapturedWorkload> workloads) {
    this.context = context;
    this.originals = originals;
    this.workloads = List.copyOf(workloads);
    this.limit = context.inboundLimit(node);
  }

  @Override
  protected void initChannel(Channel channel) {
    if (!limit.admit(channel) || !context.newcomers().admit(channel)) {
      return;
    }
    context.open().addInbound(channel);
    InetSocketAddress dialled = originals.of(channel);
    if (dialled == null) {
      refuse(
          channel,
          new Reason(
              CapturedOutboundListener.NOT_CAPTURED, "only captured connections are served here"));
      return;
    }
    InboundListener port = port(dialled);
    if (port == null) {
      refuse(
          channel,
          new Reason(
              NO_WORKLOAD, "port " + dialled.getPort() + " is not known to be one workload's"));
      return;
    }
    Addresses.dialled(channel, dialled);
    port.take(channel);
  }

  /** A declared port; else any port, where there is but one workload whose it can be. */
  private @Nullable InboundListener port(InetSocketAddress dialled) {
    InboundListener declared =
        only(
            workloads.stream().flatMap(w -> w.declared(dialled.getPort())).toList(),
            dialled.getAddress());
    boolean known = workloads.stream().anyMatch(w -> w.declared(dialled.getPort()).count() > 0);
    return known || workloads.size() != 1 ? declared : workloads.getFirst().other(dialled);
  }

  /** Of several the one that is reached at this address. */
  private static @Nullable InboundListener only(List<InboundListener> all, InetAddress address) {
    List<InboundListener> there =
        all.size() == 1 ? all : all.stream().filter(l -> l.port().isReachedAt(address)).toList();
    return there.size() == 1 ? there.getFirst() : null;
  }

  private void refuse(Channel channel, Reason reason) {
    Origin nobody =
        new Origin(
            "destination",
            CalledService.UNKNOWN.service(),
            null,
            false,
            Addresses.text(Addresses.ip(channel.remoteAddress())));
    new Tunnel(context, channel, nobody, CalledService.UNKNOWN).refuse(reason, "-");
  }
}
