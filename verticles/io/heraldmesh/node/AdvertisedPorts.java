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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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

  private static final long LOOK_UP_SECONDS = 2;

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
    boolean alone =
        config.attached() == null && config.cluster() == null && config.control() == null;
    if (alone
        || config.workloads().stream()
            .flatMap(workload -> workload.ports().stream())
            .noneMatch(AdvertisedPorts::isUnsaid)) {
      return config.workloads();
    }
    List<InetAddress> sources = sources(config);
    return config.workloads().stream().map(workload -> of(workload, sources)).toList();
  }

  private static boolean isUnsaid(InboundPort port) {
    InetAddress listens = literal(port.listen().address().host());
    return port.advertise() == null && listens != null && listens.isAnyLocalAddress();
  }

  private WorkloadSettings of(WorkloadSettings workload, List<InetAddress> sources) {
    return new WorkloadSettings(
        workload.workload(),
        workload.serviceAccount(),
        workload.labels(),
        workload.outbound(),
        workload.outboundPorts(),
        workload.ports().stream().map(port -> of(port, workload, sources)).toList(),
        workload.capture(),
        workload.runAs());
  }

  private static InboundPort of(
      InboundPort port, WorkloadSettings workload, List<InetAddress> sources) {
    if (!isUnsaid(port)) {
      return port;
    }
    String listens = port.listen().address().host();
    String host =
        reached(sources, literal(listens) instanceof Inet6Address)
            .map(NetUtil::toAddressString)
            .orElse(listens);
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
  private static Optional<InetAddress> reached(List<InetAddress> sources, boolean ipv6) {
    List<InetAddress> fit =
        sources.stream().filter(source -> ipv6 || !(source instanceof Inet6Address)).toList();
    return fit.stream()
        .filter(source -> !source.isLoopbackAddress())
        .findFirst()
        .or(() -> fit.stream().findFirst());
  }

  /** All at once: a node must not wait long at its start for names that cannot be looked up. */
  private List<InetAddress> sources(NodeConfig config) {
    List<CompletableFuture<Optional<InetAddress>>> asked =
        Stream.concat(peers(config), EVERYBODY.stream())
            .map(
                to ->
                    CompletableFuture.supplyAsync(() -> route.apply(to), Thread::startVirtualThread)
                        .completeOnTimeout(Optional.empty(), LOOK_UP_SECONDS, TimeUnit.SECONDS))
            .toList();
    return asked.stream().map(CompletableFuture::join).flatMap(Optional::stream).toList();
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
