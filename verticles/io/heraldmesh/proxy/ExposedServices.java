package io.heraldmesh.proxy;

import io.heraldmesh.jwks.AddressKind;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.NetUtil;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether services of this node can be called past their proxy, because they listen beyond
 * loopback. Looked at when the node starts and then every minute. Thread-safe.
 */
public final class ExposedServices {
  private static final Logger LOG = LoggerFactory.getLogger(ExposedServices.class);
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final Path SOCKETS = Path.of("/proc/self/net");

  private final Vertx vertx;
  private final List<WorkloadSettings> workloads;
  private final OwnListeners own;
  private volatile List<String> found = List.of();
  private volatile long timer = -1;

  /**
   * @param own what this process listens on: that is the proxy, not the service
   */
  public ExposedServices(
      Vertx vertx,
      String node,
      List<WorkloadSettings> workloads,
      OwnListeners own,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.workloads = workloads;
    this.own = own;
    Gauge.builder("herald_exposed_services", () -> found.size()).tag("node", node).register(meters);
  }

  /** Looks now and from then on; completes after the first look. */
  public Future<Void> start() {
    timer = vertx.setPeriodic(EVERY.toMillis(), tick -> look());
    return look();
  }

  public void close() {
    vertx.cancelTimer(timer);
  }

  /** One line for each socket that can be reached past its proxy; what to do about it included. */
  public List<String> found() {
    return found;
  }

  /** Looks once. */
  Future<Void> look() {
    return vertx
        .<List<InetSocketAddress>>executeBlocking(this::sockets, false)
        .map(
            sockets -> {
              tell(exposed(workloads, sockets, own));
              return (Void) null;
            })
        .otherwise(
            failure -> {
              if (!(failure instanceof IOException)) {
                LOG.warn("cannot look whether services listen beyond loopback", failure);
              } else {
                LOG.debug("whether services listen beyond loopback is not known here", failure);
              }
              return null;
            });
  }

  /** What listens on this machine, once it is known which of the services do. */
  private List<InetSocketAddress> sockets() throws IOException {
    own.lookUp(workloads.stream().flatMap(w -> w.ports().stream()).map(InboundPort::app).toList());
    return ListeningSockets.in(SOCKETS);
  }

  private void tell(List<String> now) {
    if (!now.equals(found)) {
      now.forEach(line -> LOG.warn("{}", line));
      if (now.isEmpty()) {
        LOG.info("no service listens beyond loopback any more");
      }
    }
    found = now;
  }

  /** What of {@code sockets} lets callers past the proxy of one of {@code workloads}. */
  static List<String> exposed(
      List<WorkloadSettings> workloads, List<InetSocketAddress> sockets, OwnListeners own) {
    TreeSet<String> lines = new TreeSet<>();
    for (WorkloadSettings workload : workloads) {
      for (InboundPort port : workload.ports()) {
        if (own.isHere(port.app())) {
          for (InetSocketAddress socket : sockets) {
            if (socket.getPort() == port.app().port()
                && AddressKind.of(socket.getAddress()) != AddressKind.LOOPBACK
                && !own.has(socket)) {
              lines.add(line(workload.workload(), port, socket));
            }
          }
        }
      }
    }
    return new ArrayList<>(lines);
  }

  private static String line(Workload workload, InboundPort port, InetSocketAddress socket) {
    return "the service of workload "
        + workload
        + " port "
        + port.name()
        + " listens on "
        + new HostPort(NetUtil.toAddressString(socket.getAddress()), socket.getPort())
        + ", where it is called past policy; have it listen on 127.0.0.1 only";
  }
}
