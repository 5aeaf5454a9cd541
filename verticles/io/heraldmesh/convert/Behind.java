package io.heraldmesh.convert;

import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.Service;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The workloads behind the services of one selector, and the policies that services brought to
 * their ports. A policy for ports goes before one for a whole service, the older before the
 * younger.
 */
final class Behind {
  final Service first;
  final List<Service> services = new ArrayList<>();
  private final Map<Integer, AuthenticationPolicy> ofPort = new TreeMap<>();
  private final Map<Integer, AuthenticationPolicy> ofService = new TreeMap<>();
  private @Nullable AuthenticationPolicy unknown;

  Behind(Service first) {
    this.first = first;
  }

  String namespace() {
    return first.metadata().namespace();
  }

  Map<String, String> labels() {
    return first.selector();
  }

  /**
   * @return false when it cannot be said on which workload port the policy holds
   */
  boolean add(AuthenticationPolicy policy, boolean ofOnePort, Service.Port port) {
    if (port.targetPortName() == null) {
      (ofOnePort ? ofPort : ofService).putIfAbsent(port.targetPort(), policy);
      return true;
    }
    if (ofOnePort || unknown != null && !unknown.equals(policy)) {
      return false;
    }
    unknown = policy;
    return true;
  }

  /** By workload port, where the number is known. */
  Map<Integer, AuthenticationPolicy> ports() {
    Map<Integer, AuthenticationPolicy> all = new TreeMap<>(ofService);
    all.putAll(ofPort);
    return all;
  }

  /** The policy of ports that a service names and no number is known of. */
  @Nullable AuthenticationPolicy unknown() {
    return unknown;
  }

  /** The ports of each policy; none for one that holds on ports of unknown number too. */
  Map<AuthenticationPolicy, List<Integer>> byPolicy() {
    Map<AuthenticationPolicy, List<Integer>> found = new LinkedHashMap<>();
    ports().forEach((port, p) -> found.computeIfAbsent(p, q -> new ArrayList<>()).add(port));
    AuthenticationPolicy wide = unknown;
    if (wide != null) {
      found.put(wide, List.of());
    }
    return found;
  }
}
