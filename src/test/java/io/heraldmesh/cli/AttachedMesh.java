package io.heraldmesh.cli;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.AuthorityStore;
import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.cluster.TestMembers;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.node.App;
import io.heraldmesh.node.NodeFolder;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** A control node and two nodes that attach to it, each a process of its own. */
final class AttachedMesh implements AutoCloseable {
  private final Path folder;
  private final Authority authority;
  private final int controlPort = TestMembers.freePort();
  private final int webPort = TestMembers.freePort();
  private final List<HeraldProcess> all = new ArrayList<>();
  private final App app;
  private String ofNodes = "";

  AttachedMesh(Path folder) throws IOException {
    this.folder = folder;
    this.app = App.httpbin();
    Path state = folder.resolve("control");
    authority =
        AuthorityStore.in(state)
            .openOrCreate(
                TestAuthority.TD, InstantSource.system(), Crypto.preferred(), new SecureRandom())
            .authority();
    try (Store store = SqliteStore.open(state.resolve("herald.db"))) {
      register(store, "n1", "web");
      register(store, "n2", "caller");
    }
    Files.createDirectories(folder.resolve("resources"));
    resource("peers.yaml", NodeFolder.PERMISSIVE.replace("PERMISSIVE", "STRICT"));
    resource(
        "web.yaml",
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: a}
        spec:
          selector: {app: web}
          ports: [{name: http, port: 80, targetPort: 8080}]
        """);
    access("/one");
    join("n1", Authority.DEFAULT_TTL);
    join("n2", Authority.DEFAULT_TTL);
  }

  private static void register(Store store, String node, String account) {
    store
        .registrations()
        .replace(node, List.of(new Registration(node, "a", account, "test", Instant.now())));
  }

  /** Gives the node an identity, as by {@code herald join}. */
  void join(String node, Duration lifetime) throws IOException {
    identity(HeraldRole.NODE, node, lifetime);
  }

  /** The folder of one who joined as that. */
  Path identity(HeraldRole role, String name, Duration lifetime) throws IOException {
    SpiffeId id = SpiffeId.herald(TestAuthority.TD, role, name);
    KeyPair keys = TestAuthority.keys();
    var chain = authority.sign(keys.getPublic(), id, lifetime, Instant.now()).chain();
    Path state = folder.resolve(name);
    NodeIdentity.in(state).store(new HeraldSvid(id, keys.getPrivate(), chain), authority.bundle());
    return state;
  }

  void resource(String name, String yaml) throws IOException {
    Files.writeString(folder.resolve("resources").resolve(name), yaml);
  }

  /** The caller may ask for this path, and for nothing else. */
  void access(String path) throws IOException {
    resource(
        "access.yaml",
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: web, namespace: a}
        spec:
          selector: {matchLabels: {app: web}}
          rules:
          - from: [{source: {principals: [mesh.test/ns/a/sa/caller]}}]
            to: [{operation: {paths: ["%s"]}}]
        """
            .formatted(path));
  }

  /** Where the control node takes links and lets nodes in. */
  String controlAddress() {
    return "127.0.0.1:" + controlPort;
  }

  HeraldProcess control() throws IOException {
    return control("");
  }

  /**
   * @param more fields of its spec
   */
  HeraldProcess control(String more) throws IOException {
    return start(
        "control",
        """
          roles: [ca, config, admin]
          trustDomain: mesh.test
          resources: resources
          control: {listen: "127.0.0.1:%d"}
        %s"""
            .formatted(controlPort, more));
  }

  /**
   * What the files of both nodes say besides, from now on.
   *
   * @param more fields of their spec
   */
  void nodes(String more) {
    ofNodes = more;
  }

  /** The node with the service. */
  HeraldProcess web() throws IOException {
    return web("");
  }

  /**
   * @param more fields of its port
   */
  HeraldProcess web(String more) throws IOException {
    return start(
        "n1",
        """
          roles: [proxy]
          attached: {to: ["127.0.0.1:%d"]}
          workloads:
          - namespace: a
            name: web
            serviceAccount: web
            labels: {app: web}
            ports:
            - {name: http, port: 8080, app: "127.0.0.1:%d", listen: "127.0.0.1:%d"%s}
        %s"""
            .formatted(controlPort, app.port(), webPort, more, ofNodes));
  }

  HeraldProcess caller() throws IOException {
    return start(
        "n2",
        """
          roles: [proxy]
          attached: {to: ["127.0.0.1:%d"]}
          workloads:
          - {namespace: a, name: caller, serviceAccount: caller, outbound: {listen: "127.0.0.1:0"}}
        %s"""
            .formatted(controlPort, ofNodes));
  }

  private HeraldProcess start(String node, String spec) throws IOException {
    Path file = folder.resolve(node + ".yaml");
    Files.writeString(
        file,
        """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: %s}
        spec:
          stateDir: %s
          health: {listen: "127.0.0.1:0"}
          metrics: {listen: "127.0.0.1:0"}
          eventLoops: 1
        %s"""
            .formatted(node, node, spec));
    HeraldProcess process =
        HeraldProcess.start(
            folder.resolve(node + "-" + all.size() + ".log"), "run", "--config", file.toString());
    all.add(process);
    return process;
  }

  static int status(HeraldProcess caller, String path) {
    return status(caller, path, List.of());
  }

  /**
   * @param headers whole lines
   */
  static int status(HeraldProcess caller, String path, List<String> headers) {
    try {
      return WireClient.once(caller.port("outbound:a/caller"), "GET", "web.a", path, headers)
          .status();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String health(HeraldProcess node) {
    try {
      return WireClient.once(node.port("health"), "GET", "x", "/healthz/ready", List.of()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void until(HeraldProcess caller, String path, int status) {
    Await.until(
        Duration.ofSeconds(60), path + " is " + status, () -> status(caller, path) == status);
  }

  @Override
  public void close() {
    all.forEach(HeraldProcess::close);
    app.close();
  }
}
