package io.heraldmesh.compile;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.WorkloadAddress;
import io.heraldmesh.resource.WorkloadEntry;
import io.heraldmesh.resource.problem.Located;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The workloads behind services: announced ones and those written down as WorkloadEntry. */
final class Backends {
  /** Label of an entry behind which a proxy takes mesh TLS. Source: Istio, auto mTLS. */
  private static final String TLS_MODE = "security.istio.io/tlsMode";

  private static final Comparator<Backend> ORDER =
      Comparator.comparing(Backend::host).thenComparingInt(Backend::port);

  private final MeshScope scope;
  private final PeerModes modes;
  private final List<MeshWorkload> workloads;

  Backends(MeshScope scope, PeerModes modes, List<MeshWorkload> workloads) {
    this.scope = scope;
    this.modes = modes;
    this.workloads = workloads;
  }

  /** Backends and identities of one service port, while they are gathered. */
  final class Gathered {
    private final Map<String, Backend> backends = new TreeMap<>();
    private final Map<String, Backend> stale = new TreeMap<>();
    private final Set<SpiffeId> identities = new TreeSet<>();

    /**
     * One address counts once; what a proxy announced goes before what is written. One that cannot
     * be dialled counts not at all, wherever it comes from: it would keep every node from taking
     * what all of them share.
     */
    private void add(Backend backend) {
      if (backend.canBeDialled()) {
        (backend.stale() == null ? backends : stale).putIfAbsent(backend.address(), backend);
      }
    }

    void identity(SpiffeId id) {
      identities.add(id);
    }

    private void account(String namespace, String serviceAccount) {
      identities.addAll(scope.identities(namespace, serviceAccount));
    }

    /** Stale ones only where there is no other. */
    List<Backend> backends() {
      return (backends.isEmpty() ? stale : backends).values().stream().sorted(ORDER).toList();
    }

    Set<SpiffeId> identities() {
      return identities;
    }

    /**
     * Announced workloads of a namespace. One that is not ready may answer soon: its identity
     * counts, its address does not.
     *
     * @param target the workload's port that the service means, null when it has none
     */
    void announced(
        String namespace,
        Selector selector,
        Function<MeshWorkload, MeshWorkload.@Nullable Port> target) {
      for (MeshWorkload workload : workloads) {
        if (workload.namespace().equals(namespace) && selector.matches(workload.labels())) {
          MeshWorkload.Port port = target.apply(workload);
          account(namespace, workload.serviceAccount());
          if (port != null && workload.ready()) {
            MtlsMode mode = modes.of(PolicySubject.of(workload)).of(port.port());
            add(
                new Backend(
                    port.host(),
                    port.advertisedPort(),
                    port.port(),
                    workload.labels(),
                    true,
                    mode,
                    workload.stale() ? workload.node() : null));
          }
        }
      }
    }

    /** WorkloadEntries of a namespace. */
    void written(String namespace, Selector selector, Function<WorkloadAddress, Integer> port) {
      for (WorkloadEntry entry : scope.of(WorkloadEntry.class)) {
        Metadata metadata = entry.metadata();
        if (metadata.namespace().equals(namespace) && selector.matches(labels(entry))) {
          written(namespace, entry.spec(), labels(entry), port.apply(entry.spec()));
        }
      }
    }

    /** One address that a resource names. */
    void written(String namespace, WorkloadAddress at, Map<String, String> labels, int port) {
      Located<String> account = at.serviceAccount();
      if (account != null) {
        account(namespace, account.value());
      }
      String host = at.address().value();
      if (!host.startsWith("unix:")) {
        boolean proxied = "istio".equals(labels.get(TLS_MODE));
        PolicySubject subject = new PolicySubject(namespace, "", labels, at.ports());
        MtlsMode mode = modes.of(subject).of(port);
        add(new Backend(host, port, port, labels, proxied, mode, null));
      }
    }

    /** A name or address without a proxy in front of it. */
    void plain(String host, int port) {
      add(Backend.external(host, port));
    }
  }

  Gathered gather() {
    return new Gathered();
  }

  /** Those of both; {@code metadata.labels} win, as in Istio. */
  static Map<String, String> labels(WorkloadEntry entry) {
    Map<String, String> labels = new TreeMap<>(entry.spec().labels());
    labels.putAll(entry.metadata().labels());
    return labels;
  }
}
