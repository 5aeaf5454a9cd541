package io.heraldmesh.node;

import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.TestAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * The workloads a/web and a/caller of one node: what files say of them, and a call between them.
 */
public final class WebAndCaller {
  static final Workload CALLER = new Workload("a", "caller");

  /** The service of a/web. */
  public static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: a}
      spec:
        selector: {app: web}
        ports: [{name: http, port: 80, targetPort: 8080}]
      """;

  private static final TrustDomain DOMAIN = new TrustDomain("mesh.test");

  private WebAndCaller() {}

  /** Lines of a node file for both, each with certificates in the folder of its name. */
  public static String workloads(int app, String inbound, String outbound) {
    return """
      trustDomain: mesh.test
      workloads:
      - namespace: a
        name: web
        serviceAccount: web
        labels: {app: web}
        credentials: {dir: web}
        ports:
        - {name: http, port: 8080, app: "127.0.0.1:%d", listen: "%s"}
    """
            .formatted(app, inbound)
        + caller(outbound);
  }

  /** The lines of a/caller, as one of a list. */
  static String caller(String outbound) {
    return """
      - namespace: a
        name: caller
        serviceAccount: caller
        credentials: {dir: caller}
        outbound: {listen: "%s"}
    """
        .formatted(outbound);
  }

  /** Writes the certificates of {@code workload} to the folder of its name in {@code folder}. */
  public static void certificates(Path folder, String workload, TestAuthority by)
      throws IOException {
    Credential leaf =
        by.issue(SpiffeId.workload(DOMAIN, "a", workload), Instant.now().plusSeconds(600));
    CertificateFiles.write(Files.createDirectories(folder.resolve(workload)), leaf, List.of(by));
  }

  /** At a/web, {@code path} alone is allowed. */
  static String access(String path) {
    return """
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata: {name: access, namespace: a}
    spec:
      rules:
      - to: [{operation: {paths: ["%s"]}}]
      selector: {matchLabels: {app: web}}
    """
        .formatted(path);
  }

  /** What a/caller gets for {@code path}. */
  static int status(Node node, String path) {
    try {
      return WireClient.once(node.outbound(CALLER), "GET", "web.a", path, List.of()).status();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
