package io.heraldmesh.proxy.listener;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.InboundPort;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;

/** A workload whose callers are captured. */
public final class CapturedWorkload {
  private final ListenerContext context;
  private final Workload workload;
  private final SpiffeId own;
  private final List<InboundListener> ports;

  public CapturedWorkload(
      ListenerContext context, Workload workload, SpiffeId own, List<InboundPort> ports) {
    this.context = context;
    this.workload = workload;
    this.own = own;
    this.ports =
        ports.stream().map(port -> InboundListener.captured(context, workload, own, port)).toList();
  }

  /** The port of this number as the node file declares it. */
  Stream<InboundListener> declared(int port) {
    return ports.stream().filter(listener -> listener.port().port() == port);
  }

  /**
   * A port that the node file does not name: what it speaks is looked for, and it leads to the very
   * address that was dialled. So what listens on loopback alone stays there.
   */
  InboundListener other(InetSocketAddress dialled) {
    HostPort app = new HostPort(NetUtil.toAddressString(dialled.getAddress()), dialled.getPort());
    return InboundListener.undeclared(
        context,
        workload,
        own,
        new InboundPort("", dialled.getPort(), Protocol.ofPort(dialled.getPort()), app, app, null));
  }
}
