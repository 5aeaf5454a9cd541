package io.heraldmesh.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.policy.WorkloadPolicy;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.util.List;
import java.util.Map;

/** Short ways to say YAML, workloads and what was compiled in tests. */
final class Meshes {
  static final MeshCompiler COMPILER = new MeshCompiler(new TrustDomain("mesh.test"));

  private Meshes() {}

  /** Documents without errors. */
  static Resources read(String... documents) {
    Resources resources = ResourceReader.read("test.yaml", String.join("\n---\n", documents));
    assertThat(resources.problems().errors()).isEmpty();
    return resources;
  }

  static WorkloadPolicy policy(Resources resources, String namespace, Map<String, String> labels) {
    return COMPILER.workload(resources, new Workload(namespace, "w"), "w", labels);
  }

  /** A workload on node n1 with the label {@code app}, one port 8080 at 10.0.0.1:15106. */
  static MeshWorkload workload(String namespace, String name) {
    return workload(namespace, name, "10.0.0.1", true);
  }

  static MeshWorkload workload(String namespace, String name, String host, boolean ready) {
    return new MeshWorkload(
        "n1",
        namespace,
        name,
        name,
        Map.of("app", name),
        List.of(new MeshWorkload.Port("http", 8080, Protocol.HTTP, host, 15106)),
        ready);
  }

  /** A Service {@code name} that selects {@code app: name}, port 80 to 8080. */
  static String service(String namespace, String name) {
    return """
    apiVersion: v1
    kind: Service
    metadata: {name: %s, namespace: %s}
    spec:
      selector: {app: %s}
      ports: [{name: http, port: 80, targetPort: 8080}]
    """
        .formatted(name, namespace, name);
  }

  static String peerAuthentication(String namespace, String name, String spec) {
    return security("PeerAuthentication", namespace, name, spec);
  }

  static String authorization(String namespace, String name, String spec) {
    return security("AuthorizationPolicy", namespace, name, spec);
  }

  static String requestAuthentication(String namespace, String name, String spec) {
    return security("RequestAuthentication", namespace, name, spec);
  }

  static String destinationRule(String namespace, String name, String spec) {
    return """
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {name: %s, namespace: %s}
    spec: %s
    """
        .formatted(name, namespace, spec);
  }

  private static String security(String kind, String namespace, String name, String spec) {
    return """
    apiVersion: security.istio.io/v1
    kind: %s
    metadata: {name: %s, namespace: %s}
    spec: %s
    """
        .formatted(kind, name, namespace, spec);
  }
}
