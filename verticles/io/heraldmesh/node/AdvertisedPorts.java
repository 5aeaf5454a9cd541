package io.heraldmesh.node;

import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.InboundPort;
import io.heraldmesh.proxy.WorkloadSettings;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where others reach workloads whose ports listen at every address of the machine, and of which the
 * node file does not say it ({@code advertise}): at the address from which this machine speaks to
 * its control nodes. {@code 0.0.0.0} itself is told to nobody, since to others it is their own
 * machine.
 */
final class AdvertisedPorts {
  private static final Logger LOG = LoggerFactory.getLogger(AdvertisedPorts.class);

  /** Of documentation (RFC 5737, RFC 3849): the way to everybody; nothing is sent there. */
  private static final List<HostPort> EVERYBODY =
      List.of(new HostPort("192.0.2.1", 9), new HostPort("2001:db8::1", 9));

  private final Function<HostPort, Optional<InetAddress>> route;

  /**
   * @param route from which address this machine would speak to another
   */
  AdvertisedPorts(Function<HostPort, Optional<InetAddress>> route) {
    this.route = route;
  }

  /** By the routes of this machine. Names of control nodes are looked up. */
  AdvertisedPorts() {
    this(AdvertisedPorts::source);
  }

  /**
   * The workloads of {@code config}; those of a node that nobody else can attach to as they are.
   */
  List<WorkloadSettings> of(NodeConfig config) {
    return config.attached() == null && config.cluster() == null && config.control() == null
        ? config.workloads()
        : config.workloads().stream().map(workload -> of(workload, config)).toList();
  }

  private WorkloadSettings of(WorkloadSettings workload, NodeConfig config) {
    return new WorkloadSettings(
        workload.workload(),
        workload.serviceAccount(),
        workload.labels(),
        workload.outbound(),
        workload.outboundPorts(),
        workload.ports().stream().map(port -> of(port, workload, config)).toList(),
        workload.capture(),
        workload.runAs());
  }

  private InboundPort of(InboundPort port, WorkloadSettings workload, NodeConfig config) {
    InetAddress listens = literal(port.listen().address().host());
    if (port.advertise() != null || listens == null || !listens.isAnyLocalAddress()) {
      return port;
    }
    String host =
        reached(config, listens instanceof Inet6Address)
            .map(NetUtil::toAddressString)
            .orElse(port.listen().address().host());
    LOG.info(
        "others are told to reach workload={} port={} at {}: it listens at every address, and"
            + " `advertise` does not say another",
        workload.workload(),
        port.name(),
        host);
    return new InboundPort(
        port.name(),
        port.port(),
        port.protocol(),
        port.app(),
        port.listen(),
        new HostPort(host, 0));
  }

  /** Loopback only where the machine has nothing else: other machines have control nodes, too. */
  private Optional<InetAddress> reached(NodeConfig config, boolean ipv6) {
    List<InetAddress> sources =
        Stream.concat(peers(config), EVERYBODY.stream())
            .map(route)
            .flatMap(Optional::stream)
            .filter(source -> ipv6 || !(source instanceof Inet6Address))
            .toList();
    return sources.stream()
        .filter(source -> !source.isLoopbackAddress())
        .findFirst()
        .or(() -> sources.stream().findFirst());
  }

  private static Stream<HostPort> peers(NodeConfig config) {
    NodeConfig.AttachedConfig attached = config.attached();
    if (attached != null) {
      return attached.to().stream();
    }
    NodeConfig.ClusterConfig cluster = config.cluster();
    return cluster == null
        ? Stream.empty()
        : cluster.members().stream()
            .filter(member -> !member.name().equals(config.name()))
            .flatMap(member -> Stream.ofNullable(member.address()));
  }

  private static @Nullable InetAddress literal(String host) {
    byte[] octets = NetUtil.createByteArrayFromIpAddressString(host);
    try {
      return octets == null ? null : InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /** A datagram socket that is connected has its own address, and sends nothing by that. */
  private static Optional<InetAddress> source(HostPort to) {
    try (DatagramChannel channel = DatagramChannel.open()) {
      channel.connect(new InetSocketAddress(to.host(), to.port()));
      InetAddress source = ((InetSocketAddress) channel.getLocalAddress()).getAddress();
      return source.isAnyLocalAddress() ? Optional.empty() : Optional.of(source);
    } catch (IOException | UnresolvedAddressException | UnsupportedAddressTypeException noRoute) {
      return Optional.empty();
    }
  }
}
