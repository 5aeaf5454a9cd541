package io.heraldmesh.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What may call what in the lab, and changes of it by a control node. */
final class LabPolicy {
  private final LabMesh mesh;
  private final Path folder;

  LabPolicy(LabMesh mesh, Path folder) {
    this.mesh = mesh;
    this.folder = folder;
  }

  /** The policy; {@code path} may be called beside the one that always may. */
  static String text(String path) {
    String services =
        LabMesh.SERVICES.stream()
            .map(
                s ->
                    """
                    ---
                    apiVersion: v1
                    kind: Service
                    metadata: {name: %1$s, namespace: lab}
                    spec:
                      selector: {app: %1$s}
                      ports: [{name: http, port: 80, targetPort: 8080}]
                    """
                        .formatted(s))
            .collect(Collectors.joining());
    return """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: istio-system}
        spec: {mtls: {mode: STRICT}}
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: open, namespace: lab}
        spec:
          rules:
          - from: [{source: {principals: ["%s/ns/lab/sa/*"]}}]
            to: [{operation: {paths: ["%s", "%s"]}}]
        """
            .formatted(LabMesh.DOMAIN, LabLoad.ALLOWED, path)
        + services;
  }

  /**
   * Applies the policy with {@code path} by the control node {@code at}.
   *
   * @param await until it is in force on all nodes
   * @return milliseconds, with the start of the command
   */
  long apply(String at, String path, boolean await) throws IOException, InterruptedException {
    Path file = folder.resolve("policy.yaml");
    Files.writeString(file, text(path));
    List<String> words =
        new ArrayList<>(
            List.of("apply", "-f", file.toString(), "--config", mesh.node(at).file().toString()));
    if (await) {
      words.addAll(List.of("--wait", "--timeout", "60s"));
    }
    long from = System.nanoTime();
    mesh.node(at).herald(List.of(0), words);
    return (System.nanoTime() - from) / 1_000_000;
  }

  /**
   * Fails when the change is taken, or refused for any other reason than that the store is away.
   */
  void refusesToApply(String at) throws IOException, InterruptedException {
    Path file = folder.resolve("refused.yaml");
    Files.writeString(file, text("/away"));
    mesh.node(at)
        .herald(
            List.of(3),
            List.of("apply", "-f", file.toString(), "--config", mesh.node(at).file().toString()));
  }

  /** Whether so many resources are refused that the database has to grow for them. */
  boolean refusesMany(String at) throws IOException, InterruptedException {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      many.append(
          """
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: {name: many-%1$d, namespace: lab}
          spec:
            action: DENY
            rules:
            - to: [{operation: {paths: ["/many-%1$d/%2$s"]}}]
          """
              .formatted(i, "x".repeat(1000)));
    }
    Path file = folder.resolve("many.yaml");
    Files.writeString(file, many);
    String said =
        mesh.node(at)
            .herald(
                List.of(0, 3),
                List.of(
                    "apply", "-f", file.toString(), "--config", mesh.node(at).file().toString()));
    return said.isBlank();
  }
}
