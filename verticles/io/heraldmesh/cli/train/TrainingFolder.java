package io.heraldmesh.cli.train;

import io.heraldmesh.ca.Authority;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;

/** The files of the node under training: a caller and a service with every protocol. */
final class TrainingFolder {
  /** Name of the node that attaches, and of the folder with its state. */
  static final String ATTACHED = "attached";

  private static final TrustDomain DOMAIN = new TrustDomain("train.test");
  private static final String PROXIES_ALONE =
      """
      roles: [proxy]
      resources: resources
      """;
  private static final String CONTROL =
      """
      roles: [ca, config, admin]
      resources: resources
      control: {listen: "127.0.0.1:0"}
      admin: {listen: "127.0.0.1:0"}
      """;

  private final Path folder;
  private final TrainingServices services;
  private final TrainingTokens tokens = new TrainingTokens();

  private TrainingFolder(Path folder, TrainingServices services) {
    this.folder = folder;
    this.services = services;
  }

  static TrainingFolder write(Path folder, TrainingServices services) throws IOException {
    TrainingFolder files = new TrainingFolder(folder, services);
    Crypto crypto = Crypto.preferred();
    Authority authority =
        Authority.create(DOMAIN, InstantSource.system(), crypto, new SecureRandom());
    files.certificates(authority, "caller");
    files.certificates(authority, "service");
    Files.createDirectory(folder.resolve("resources"));
    Files.writeString(folder.resolve("resources/mesh.yaml"), files.resources());
    files.node(files.nodeFile(), PROXIES_ALONE.indent(2) + files.workloads(true));
    files.node(files.controlFile(), CONTROL.indent(2));
    return files;
  }

  /** Of the node of proxies alone. */
  Path nodeFile() {
    return folder.resolve("node.yaml");
  }

  Path controlFile() {
    return folder.resolve("control.yaml");
  }

  /** The file of the node with the same workloads that attaches to {@code port}. */
  Path attached(int port) throws IOException {
    Path file = folder.resolve(ATTACHED + ".yaml");
    node(
        file,
        """
          roles: [proxy]
          attached: {to: ["127.0.0.1:%d"]}
        %s"""
            .formatted(port, workloads(false)));
    return file;
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  TrainingTokens tokens() {
    return tokens;
  }

  private void certificates(Authority authority, String account) throws IOException {
    Path own = Files.createDirectory(folder.resolve(account));
    KeyPair keys = keys();
    StringBuilder chain = new StringBuilder();
    for (X509Certificate one :
        authority
            .sign(
                keys.getPublic(),
                SpiffeId.workload(DOMAIN, "a", account),
                Duration.ofHours(1),
                InstantSource.system().instant())
            .chain()) {
      chain.append(pem(one));
    }
    Files.writeString(own.resolve("cert-chain.pem"), chain);
    Files.writeString(own.resolve("root-cert.pem"), authority.bundle().pem(DOMAIN));
    Files.writeString(
        own.resolve("key.pem"), Pem.write("PRIVATE KEY", keys.getPrivate().getEncoded()));
  }

  private static String pem(X509Certificate certificate) {
    try {
      return Pem.write("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no P-256", e);
    }
  }

  private String resources() {
    return """
    apiVersion: security.istio.io/v1
    kind: PeerAuthentication
    metadata: {name: default, namespace: istio-system}
    spec: {mtls: {mode: STRICT}}
    ---
    apiVersion: security.istio.io/v1
    kind: RequestAuthentication
    metadata: {name: tokens, namespace: a}
    spec:
      selector: {matchLabels: {app: service}}
      jwtRules: [{issuer: train, jwks: '%s'}]
    ---
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata: {name: callers, namespace: a}
    spec:
      selector: {matchLabels: {app: service}}
      action: ALLOW
      rules:
      - from: [{source: {principals: [train.test/ns/a/sa/caller]}}]
    ---
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata: {name: nobody, namespace: a}
    spec:
      selector: {matchLabels: {app: service}}
      action: DENY
      rules:
      - to: [{operation: {paths: ["/admin*"], ports: ["8080", "8081"]}}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: service, namespace: a}
    spec:
      selector: {app: service}
      ports:
      - {name: http, port: 8080}
      - {name: http2, port: 8081}
      - {name: tcp, port: 7000}
    """
        .formatted(tokens.jwks());
  }

  /**
   * @param spec its fields, indented; those that all share come with it
   */
  private void node(Path file, String spec) throws IOException {
    String name = String.valueOf(file.getFileName()).replace(".yaml", "");
    Files.writeString(
        file,
        """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: %1$s}
        spec:
          trustDomain: train.test
          stateDir: %1$s
          eventLoops: 1
          health: {listen: "127.0.0.1:0"}
          metrics: {listen: "127.0.0.1:0"}
          accessLog: {file: %1$s.log}
        %2$s"""
            .formatted(name, spec));
  }

  /**
   * @param files whether their certificates come from files
   */
  private String workloads(boolean files) {
    return """
      workloads:
      - namespace: a
        name: caller
        serviceAccount: caller
        outbound:
          services:
          - {listen: "127.0.0.1:0", to: "service.a:8080", protocol: http}
          - {listen: "127.0.0.1:0", to: "service.a:8081", protocol: http}
          - {listen: "127.0.0.1:0", to: "service.a:7000", protocol: tcp}
        %3$s
      - namespace: a
        name: service
        serviceAccount: service
        labels: {app: service}
        ports:
        - {name: http, port: 8080, app: "127.0.0.1:%1$d", listen: "127.0.0.1:0"}
        - {name: http2, port: 8081, app: "127.0.0.1:%1$d", listen: "127.0.0.1:0"}
        - {name: tcp, port: 7000, app: "127.0.0.1:%2$d", listen: "127.0.0.1:0"}
        %4$s
    """
        .formatted(
            services.http(),
            services.echo(),
            files ? "credentials: {dir: caller}" : "",
            files ? "credentials: {dir: service}" : "");
  }
}
