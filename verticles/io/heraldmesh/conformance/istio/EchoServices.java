package io.heraldmesh.conformance.istio;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The services of Istio's integration tests, as their templates and requests see them. */
final class EchoServices {
  static final String ROOT_NAMESPACE = "istio-system";
  static final String KEY_SERVER = "https://keys.test/jwks";

  /** Service port and workload port of an echo service, by the name of the port. */
  private static final Map<String, List<Integer>> PORTS =
      Map.of(
          "http", List.of(80, 18080),
          "http2", List.of(85, 18085),
          "grpc", List.of(7070, 17070),
          "tcp", List.of(9090, 19090),
          "https", List.of(443, 18443));

  private EchoServices() {}

  /** A service {@code namespace/name}, which runs as the service account of its own name. */
  record Echo(String namespace, String name) {
    static Echo parse(String text) {
      int slash = text.indexOf('/');
      if (slash < 0) {
        throw new IllegalArgumentException("not understood: service " + text);
      }
      return new Echo(text.substring(0, slash), text.substring(slash + 1));
    }

    String principal() {
      return "cluster.local/ns/" + namespace + "/sa/" + name;
    }

    /** One address for each service, so that policies can tell them apart. */
    String address() {
      return "10." + (1 + Math.floorMod((namespace + "/" + name).hashCode(), 200)) + ".0.7";
    }

    String host() {
      return name + "." + namespace + ".svc.cluster.local";
    }

    Map<String, Object> asData() {
      Function<Object, Object> port = named -> EchoServices.ports(named.toString());
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("ServiceName", name);
      data.put("NamespaceName", namespace);
      data.put("NamespacedName", namespace + "/" + name);
      data.put("ClusterLocalFQDN", host());
      data.put("SpiffeIdentity", principal());
      data.put("PortForName", port);
      data.put("MustWorkloads", Map.of("Addresses", List.of(address())));
      data.put("Config", Map.of("Namespace", Map.of("Prefix", namespace)));
      return data;
    }

    /** The Service, which policies of old name as their target. */
    String resource() {
      StringBuilder ports = new StringBuilder();
      PORTS.forEach(
          (port, numbers) ->
              ports.append(
                  "  - {name: %s, port: %d, targetPort: %d}\n"
                      .formatted(port, numbers.get(0), numbers.get(1))));
      return """
      apiVersion: v1
      kind: Service
      metadata: {name: %s, namespace: %s}
      spec:
        selector: {app: %s}
        ports:
      %s"""
          .formatted(name, namespace, name, ports);
    }
  }

  static int workloadPort(String name) {
    return numbers(name).get(1);
  }

  private static Map<String, Object> ports(String name) {
    return Map.of("ServicePort", numbers(name).get(0), "WorkloadPort", numbers(name).get(1));
  }

  private static List<Integer> numbers(String name) {
    List<Integer> numbers = PORTS.get(name);
    if (numbers == null) {
      throw new IllegalArgumentException("not understood: port " + name);
    }
    return numbers;
  }
}
