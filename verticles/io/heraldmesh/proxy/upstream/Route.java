package io.heraldmesh.proxy.upstream;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Balancing;
import io.heraldmesh.policy.ClientFiles;
import io.heraldmesh.policy.ConnectionLimits;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.OutlierDetection;
import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.log.CalledService;
import io.heraldmesh.proxy.upstream.Target.Chosen;
import io.heraldmesh.tls.MeshProtocol;
import io.heraldmesh.tls.OriginationFiles;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One destination as one workload calls it: its endpoints, and which is next. Thread-safe. */
public final class Route {
  private final Destination destination;
  private final CalledService called;
  private final Ways made;
  private final Terms terms;
  private final Map<MeshProtocol, List<Ways.Way>> ways = new EnumMap<>(MeshProtocol.class);
  private final Set<SpiffeId> servers = new HashSet<>();
  private final Map<HostPort, EndpointState> known = new HashMap<>();
  private final List<EndpointState> states;
  private final Balancer balancer;
  private final AtomicInteger active;
  private final AtomicInteger retries;
  private final Circuit circuit;

  /**
   * @param before the same destination as of the last snapshot, whose counts go on; null if new
   */
  Route(Destination destination, SpiffeId source, @Nullable Route before) {
    this.destination = destination;
    this.called = CalledService.of(destination);
    this.balancer = balancer(destination.balancing().method(), before);
    this.active = before == null ? new AtomicInteger() : before.active;
    this.retries = before == null ? new AtomicInteger() : before.retries;
    this.circuit = before == null ? new Circuit() : before.circuit;
    ConnectionLimits limits = destination.balancing().connections();
    circuit.bound(limits.most(), limits.waiting());
    this.made = new Ways(destination, source, circuit);
    this.terms = new Terms(destination);
    this.states =
        destination.endpoints().stream().map(endpoint -> state(endpoint, before)).toList();
    for (MeshProtocol protocol : MeshProtocol.values()) {
      ways.put(
          protocol,
          destination.endpoints().stream().map(endpoint -> made.to(endpoint, protocol)).toList());
    }
    servers.addAll(destination.identities());
    for (Endpoint endpoint : destination.endpoints()) {
      if (endpoint.tls() instanceof UpstreamTls.NamedMesh named) {
        servers.addAll(named.identities());
      }
    }
  }

  public Destination destination() {
    return destination;
  }

  /** What the log and the metrics call it. */
  public CalledService called() {
    return called;
  }

  /** Whether a connection on which {@code server} answers may go on. */
  public boolean mayAnswer(SpiffeId server) {
    return servers.contains(server);
  }

  Circuit circuit() {
    return circuit;
  }

  Terms terms() {
    return terms;
  }

  /** Calls to the address of {@code target} are still secured as there, as far as is known. */
  boolean makes(Target target) {
    Set<UpstreamTls> now = terms.at(target.address());
    return now.isEmpty() || now.stream().anyMatch(tls -> made.isSecured(target, tls));
  }

  /** How {@code target} would be secured by {@code tls}, called as {@code host}. */
  Target.Originated originated(Target.Originated target, UpstreamTls.Originated tls, String host) {
    return made.originated(target.protocol(), tls, host);
  }

  /** What is called by mesh TLS. */
  Stream<Target> meshTargets() {
    return ways.values().stream()
        .flatMap(List::stream)
        .map(way -> way.to(""))
        .filter(target -> target.secured() instanceof Target.Mesh);
  }

  /**
   * The endpoint that is next; null when there is none.
   *
   * @param host as it was called: a server outside of the mesh may have to have that name
   */
  public @Nullable Choice next(MeshProtocol protocol, String host) {
    return choose(protocol, host, Set.of(), null);
  }

  /** The endpoint that stands at {@code index}, and no other: its client dialled its address. */
  Choice at(int index, MeshProtocol protocol, String host) {
    Target target = ways.getOrDefault(protocol, List.of()).get(index).to(host);
    return Choice.pinned(this, protocol, host, target, states.get(index));
  }

  /** The address that a client dialled, as this destination's endpoints are called. */
  Choice dialled(HostPort address, UpstreamTls tls, MeshProtocol protocol, String host) {
    Endpoint endpoint = new Endpoint(address.host(), address.port(), tls);
    Target target = made.to(endpoint, protocol).to(host).chosen(Chosen.BY_WORKLOAD);
    return Choice.pinned(this, protocol, host, target, new EndpointState());
  }

  /** One that is in none of {@code tried}; null when there is none. */
  @Nullable Choice another(Choice failed, Set<EndpointState> tried) {
    return choose(failed.protocol(), failed.host(), tried, failed);
  }

  private @Nullable Choice choose(
      MeshProtocol protocol, String host, Set<EndpointState> tried, @Nullable Choice before) {
    List<Ways.Way> all = ways.getOrDefault(protocol, List.of());
    Set<Integer> out = out();
    if (isPanic(states.size() - out.size())) {
      out = Set.of();
    }
    int index =
        !out.isEmpty() || !tried.isEmpty()
            ? among(out, tried)
            : states.isEmpty() ? -1 : balancer.pick(states);
    return index < 0
        ? null
        : Choice.of(this, protocol, host, all.get(index).to(host), states.get(index), before);
  }

  /** One more is under way; false when there are as many as may be. */
  boolean enter(boolean retry) {
    return enter(active, destination.balancing().mostRequests())
        && (!retry || enter(retries, destination.balancing().mostRetries()) || !leave(active));
  }

  /** One fewer is under way. */
  void leave(boolean retry) {
    leave(active);
    if (retry) {
      leave(retries);
    }
  }

  private static boolean enter(AtomicInteger count, int most) {
    return count.incrementAndGet() <= most || !leave(count);
  }

  private static boolean leave(AtomicInteger count) {
    count.decrementAndGet();
    return true;
  }

  /** Takes note of an answer, which may be one failure too many. */
  void answered(EndpointState state, int status) {
    OutlierDetection outliers = destination.balancing().outliers();
    if (outliers != null) {
      state
          .ejection()
          .answered(
              status,
              outliers,
              System.nanoTime(),
              () ->
                  (out().size() + 1) * 100L
                      <= (long) outliers.maxEjectionPercent() * states.size());
    }
  }

  /** Indices of endpoints that are left out for now. */
  private Set<Integer> out() {
    if (destination.balancing().outliers() == null) {
      return Set.of();
    }
    long now = System.nanoTime();
    Set<Integer> out = Set.of();
    for (int i = 0; i < states.size(); i++) {
      if (states.get(i).ejection().isOut(now)) {
        out = out.isEmpty() ? new HashSet<>() : out;
        out.add(i);
      }
    }
    return out;
  }

  /** So few are left that they could not carry it all: then nobody is left out. */
  private boolean isPanic(int left) {
    OutlierDetection outliers = destination.balancing().outliers();
    return outliers != null && left * 100L < (long) outliers.minHealthPercent() * states.size();
  }

  private int among(Set<Integer> out, Set<EndpointState> tried) {
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      if (!out.contains(i) && !tried.contains(states.get(i))) {
        left.add(i);
      }
    }
    return left.isEmpty() ? -1 : left.get(balancer.pick(left.stream().map(states::get).toList()));
  }

  private static Balancer balancer(Balancing.Method method, @Nullable Route before) {
    return before != null && before.destination.balancing().method() == method
        ? before.balancer
        : new Balancer(method);
  }

  private EndpointState state(Endpoint endpoint, @Nullable Route before) {
    HostPort address = new HostPort(endpoint.host(), endpoint.port());
    EndpointState old = before == null ? null : before.known.get(address);
    return known.computeIfAbsent(address, a -> old == null ? new EndpointState() : old);
  }

  /** The files that must be read before an endpoint can be called so. */
  public static OriginationFiles files(UpstreamTls.Originated tls) {
    ClientFiles client = tls.client();
    return new OriginationFiles(
        tls.roots(),
        client == null ? null : client.certificate(),
        client == null ? null : client.key());
  }
}
