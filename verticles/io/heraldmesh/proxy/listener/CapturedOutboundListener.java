package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.capture.CallerCheck;
import io.heraldmesh.proxy.capture.OriginalDestination;
import io.heraldmesh.proxy.log.CalledService;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.heraldmesh.proxy.upstream.OwnListeners.Match;
import io.heraldmesh.proxy.upstream.Routes;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.net.InetSocketAddress;

/**
 * Takes the calls that a workload makes to anywhere, which the system led here. Nobody may dial
 * this listener itself: such a call would come back to it.
 */
public final class CapturedOutboundListener extends ChannelInitializer<Channel> {
  /** Of a connection that was not captured. */
  static final String NOT_CAPTURED = "not_captured";

  /** Of one that was going to a listener of this node. */
  static final String LOOP = "loop";

  private final ListenerContext context;
  private final Workload workload;
  private final String principal;
  private final OriginalDestination originals;
  private final CallerCheck callers;
  private final OwnListeners own;
  private final ConnectionLimit limit;

  /**
   * @param principal the workload's SPIFFE ID without {@code spiffe://}
   * @param own what this process listens on
   */
  public CapturedOutboundListener(
      ListenerContext context,
      Workload workload,
      String principal,
      OriginalDestination originals,
      CallerCheck callers,
      OwnListeners own) {
    this.context = context;
    this.workload = workload;
    this.principal = principal;
    this.originals = originals;
    this.callers = callers;
    this.own = own;
    this.limit = context.outboundLimit(workload);
  }

  @Override
  protected void initChannel(Channel channel) {
    if (!limit.admit(channel)) {
      return;
    }
    context.open().addOutbound(channel);
    InetSocketAddress dialled = originals.of(channel);
    InetSocketAddress client = Addresses.socket(channel.remoteAddress());
    if (dialled == null) {
      refuse(channel, new Reason(NOT_CAPTURED, "only captured connections are served here"));
      return;
    }
    Reason stranger = callers.refusal(client, dialled);
    if (stranger != null) {
      refuse(channel, stranger);
      return;
    }
    if (own.match(dialled) == Match.OTHER) {
      refuse(channel, new Reason(LOOP, dialled + " is one of this node's own listeners"));
      return;
    }
    Origin origin =
        new Origin(
            "source", workload.toString(), principal, false, Addresses.text(client.getAddress()));
    start(channel, new CapturedCall(context, workload, origin, dialled));
  }

  private static void start(Channel channel, CapturedCall call) {
    Routes routes = call.routes();
    if (routes == null || call.next(routes) == CapturedCall.Next.BYTES) {
      call.pipe(channel, null);
    } else {
      channel.pipeline().addLast(new CapturedSniffer(call));
    }
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
}
