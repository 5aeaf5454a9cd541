package io.heraldmesh.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder with a node file and resources, as an operator would write them. */
public final class NodeFolder {
  public static final String PERMISSIVE =
      """
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: {name: default, namespace: istio-system}
      spec: {mtls: {mode: PERMISSIVE}}
      """;

  private final Path folder;

  public NodeFolder(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(resources());
    write("peers.yaml", PERMISSIVE);
    node("");
  }

  public Path resources() {
    return folder.resolve("resources");
  }

  public Path state() {
    return folder.resolve("state");
  }

  public Path file() {
    return folder.resolve("node.yaml");
  }

  public Path path(String name) {
    return folder.resolve(name);
  }

  public void write(String name, String yaml) throws IOException {
    Files.writeString(resources().resolve(name), yaml);
  }

  /** A node with the workload a/web before {@code app}, and the caller a/caller. */
  public NodeFolder serving(int app) throws IOException {
    return node(
        """
          workloads:
          - namespace: a
            name: web
            serviceAccount: web
            labels: {app: web}
            ports:
            - {name: http, port: 8080, app: "127.0.0.1:%d", listen: "127.0.0.1:0"}
          - {namespace: a, name: caller, outbound: {listen: "127.0.0.1:0"}}
          jwks: {allowLoopback: true}
        """
            .formatted(app));
  }

  /** A node with these further lines under {@code spec}, which are indented by two. */
  public NodeFolder node(String lines) throws IOException {
    Files.writeString(
        file(),
        """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: node-1}
        spec:
          stateDir: state
          resources: resources
          admin: {listen: 127.0.0.1:0}
          health: {listen: 127.0.0.1:0}
          metrics: {listen: 127.0.0.1:0}
        """
            + lines);
    return this;
  }
}
