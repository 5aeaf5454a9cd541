package io.heraldmesh.lab;

import io.heraldmesh.PostgresServer;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.CacertsFolder;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Three control nodes over PostgreSQL and four service nodes, each a process in a host of its own.
 * Every service may call every other at {@link LabLoad#ALLOWED}, and nowhere else.
 */
final class LabMesh implements AutoCloseable {
  static final List<String> CONTROL = List.of("c1", "c2", "c3");
  static final List<String> SERVICES = List.of("s1", "s2", "s3", "s4");
  static final int OUTBOUND = 15001;
  static final String DOMAIN = "lab.test";

  private static final int APP = 9000;
  static final int INBOUND = 15106;

  /** A host with nothing of the mesh. */
  static final String STRANGER = "rogue";

  static final String DATABASE = "db";

  final Hosts hosts;
  final PostgresServer database;
  final Map<String, LabNode> nodes = new LinkedHashMap<>();
  private final Path folder;
  private final List<LabService> services = new ArrayList<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Makes all of it; nothing runs but the database. */
  LabMesh(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    this.hosts =
        new Hosts(
            Stream.of(List.of(DATABASE), CONTROL, SERVICES, List.of(STRANGER))
                .flatMap(List::stream)
                .toList());
    Path key = folder.resolve("db-key.pem");
    Path roots = folder.resolve("db-root.pem");
    certificateOfDatabase(key, roots);
    this.database =
        PostgresServer.start(
            hosts.in(DATABASE, List.of()),
            hosts.address(DATABASE),
            5432,
            "ssl=on",
            "ssl_cert_file=" + roots,
            "ssl_key_file=" + key);
    // a run that is ended early leaves nothing behind either
    Runtime.getRuntime().addShutdownHook(new Thread(this::closeAtEnd));
    write(folder.resolve("password"), PostgresServer.PASSWORD + "\n");
    write(folder.resolve("passphrase"), "only for this run\n");
    for (String name : CONTROL) {
      node(name, control(name), List.of());
    }
    for (String name : SERVICES) {
      node(
          name,
          service(name),
          List.of(
              "inbound=" + hosts.address(name) + ":" + INBOUND, "outbound=127.0.0.1:" + OUTBOUND));
    }
  }

  private void closeAtEnd() {
    try {
      close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void certificateOfDatabase(Path key, Path roots)
      throws IOException, InterruptedException {
    Hosts.must(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=lab database",
        "-addext",
        "subjectAltName=IP:" + hosts.address(DATABASE),
        "-keyout",
        key.toString(),
        "-out",
        roots.toString());
    Hosts.must("chmod", "755", folder.toString());
    Hosts.must("chown", "postgres", key.toString());
    Hosts.must("chmod", "600", key.toString());
  }

  private void node(String name, String yaml, List<String> sockets) throws IOException {
    Path own = Files.createDirectories(folder.resolve(name));
    LabNode node =
        new LabNode(name, own, hosts.in(name, List.of()), sockets, SERVICES.contains(name));
    Files.writeString(node.file(), yaml);
    nodes.put(name, node);
  }

  private String control(String name) {
    String members =
        CONTROL.stream()
            .map(c -> "{name: %s, address: \"%s:5701\"}".formatted(c, hosts.address(c)))
            .collect(Collectors.joining(", "));
    return """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: %1$s}
        spec:
          roles: [ca, config, admin]
          trustDomain: %2$s
          stateDir: state
          authority: {cacerts: cacerts}
          database:
            postgres:
              url: postgresql://%3$s:5432/postgres
              user: %4$s
              passwordFile: ../password
              tls: {roots: ../db-root.pem}
          cluster: {listen: "%5$s:5701", members: [%6$s]}
          control: {listen: "%5$s:15012"}
          admin: {listen: "127.0.0.1:15000"}
          health: {listen: "127.0.0.1:15021"}
          metrics: {listen: "127.0.0.1:15020"}
        """
        .formatted(
            name,
            DOMAIN,
            hosts.address(DATABASE),
            PostgresServer.USER,
            hosts.address(name),
            members);
  }

  private String service(String name) {
    String control =
        CONTROL.stream()
            .map(c -> "\"" + hosts.address(c) + ":15012\"")
            .collect(Collectors.joining(", "));
    return """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: %1$s}
        spec:
          roles: [proxy]
          trustDomain: %2$s
          stateDir: state
          attached: {to: [%3$s]}
          workloads:
          - namespace: lab
            name: %1$s
            serviceAccount: %1$s
            labels: {app: %1$s}
            outbound: {listen: "fd:outbound"}
            ports:
            - {name: http, port: 8080, app: "127.0.0.1:%4$d", listen: "fd:inbound", advertise: "%5$s:%6$d"}
          health: {listen: "127.0.0.1:15021"}
          metrics: {listen: "127.0.0.1:15020"}
        """
        .formatted(name, DOMAIN, control, APP, hosts.address(name), INBOUND);
  }

  /** The policy; {@code path} may be called beside the one that always may. */
  String policy(String path) {
    String services =
        SERVICES.stream()
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
            .formatted(DOMAIN, LabLoad.ALLOWED, path)
        + services;
  }

  /** A certificate by the mesh's own authority, as nobody should have it. */
  Credential stolen(SpiffeId id) throws GeneralSecurityException {
    Crypto crypto = Crypto.preferred();
    KeyPairGenerator generator = crypto.keyPairGenerator("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair keys = generator.generateKeyPair();
    return new Credential(
        id,
        keys.getPrivate(),
        authority().sign(keys.getPublic(), id, Duration.ofHours(1), Instant.now()).chain());
  }

  /** Whom everybody in the mesh trusts. */
  TrustBundle roots() throws GeneralSecurityException {
    return authority().bundle();
  }

  private Authority authority() throws GeneralSecurityException {
    return new CacertsFolder(folder.resolve("c1").resolve("cacerts"))
        .load(
            new TrustDomain(DOMAIN),
            InstantSource.system(),
            Crypto.preferred(),
            new SecureRandom());
  }

  /** A place on disk for whoever is no node of the mesh. */
  Path folder(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  LabNode node(String name) {
    LabNode node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException(name);
    }
    return node;
  }

  /** Brings up everything, from an empty database to a mesh in force. */
  void start() throws IOException, InterruptedException {
    LabNode first = node("c1");
    String passphrase = folder.resolve("passphrase").toString();
    String root = folder.resolve("root.p8").toString();
    first.herald(
        "ca",
        "init",
        "--root-out",
        root,
        "--trust-domain",
        DOMAIN,
        "--passphrase-file",
        passphrase);
    for (String name : CONTROL) {
      first.herald(
          "ca",
          "sign",
          "--root",
          root,
          "--passphrase-file",
          passphrase,
          "--out",
          folder.resolve(name).resolve("cacerts").toString());
    }
    startControl();
    apply("c1", "/other", false);
    for (String name : SERVICES) {
      services.add(new LabService(hosts.file(name), name, APP));
      enrol(name);
      node(name).start();
    }
    for (String name : SERVICES) {
      node(name).awaitReady();
    }
  }

  /** Has the node join with a token of its own, for the workload of its name. */
  private void enrol(String name) throws IOException, InterruptedException {
    enrol(name, folder.resolve(name));
  }

  /** The same for whoever has a folder in this lab, and maybe no more than that. */
  void enrol(String name, Path own) throws IOException, InterruptedException {
    String printed =
        node("c1")
            .herald(
                "token",
                "create",
                "--node",
                name,
                "--workload",
                "lab/" + name,
                "--config",
                node("c1").file().toString());
    String line =
        printed
            .lines()
            .map(String::strip)
            .filter(l -> l.contains("herald join"))
            .findFirst()
            .orElseThrow(() -> new IOException("no command was printed: " + printed));
    List<String> words =
        new ArrayList<>(Arrays.asList(line.substring(line.indexOf("join")).split("\\s+", -1)));
    words.addAll(
        List.of(
            "--control",
            hosts.address("c1") + ":15012",
            "--state-dir",
            own.resolve("state").toString()));
    nodes.getOrDefault(name, node("s1")).herald(List.of(0), words);
  }

  /**
   * Applies the policy with {@code path} by the control node {@code at}.
   *
   * @param await until it is in force on all nodes
   * @return milliseconds, with the start of the command
   */
  long apply(String at, String path, boolean await) throws IOException, InterruptedException {
    Path file = folder.resolve("policy.yaml");
    Files.writeString(file, policy(path));
    List<String> words =
        new ArrayList<>(
            List.of("apply", "-f", file.toString(), "--config", node(at).file().toString()));
    if (await) {
      words.addAll(List.of("--wait", "--timeout", "60s"));
    }
    long from = System.nanoTime();
    node(at).herald(List.of(0), words);
    return (System.nanoTime() - from) / 1_000_000;
  }

  /**
   * Fails when the change is taken, or refused for any other reason than that the store is away.
   */
  void refusesToApply(String at) throws IOException, InterruptedException {
    Path file = folder.resolve("refused.yaml");
    Files.writeString(file, policy("/away"));
    node(at)
        .herald(
            List.of(3),
            List.of("apply", "-f", file.toString(), "--config", node(at).file().toString()));
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
        node(at)
            .herald(
                List.of(0, 3),
                List.of("apply", "-f", file.toString(), "--config", node(at).file().toString()));
    return said.isBlank();
  }

  /** As {@code kill -9}, all three. */
  void killControl() {
    for (String name : CONTROL) {
      node(name).kill();
    }
  }

  /** Returns once all three are ready, with the milliseconds that it took. */
  long startControl() throws IOException {
    long from = System.nanoTime();
    for (String name : CONTROL) {
      node(name).start();
    }
    for (String name : CONTROL) {
      node(name).supervised();
    }
    return (System.nanoTime() - from) / 1_000_000;
  }

  /** Control nodes and database leave the processors to the services, until it is closed. */
  Yielding controlYields() throws IOException, InterruptedException {
    return Yielding.of(
        Stream.concat(Stream.of(database.pid()), CONTROL.stream().map(name -> node(name).pid())));
  }

  /** The control node that distributes. */
  String leader() throws IOException, InterruptedException {
    for (String name : CONTROL) {
      if (node(name).metrics(hosts.file(name)).contains("herald_leader 1.0")) {
        return name;
      }
    }
    throw new IOException("nobody distributes");
  }

  /** One that does not. */
  String follower() throws IOException, InterruptedException {
    String leader = leader();
    return CONTROL.stream().filter(c -> !c.equals(leader)).findFirst().orElseThrow();
  }

  /** The load of 200 requests a second: every service calls every other. */
  LabLoad load() {
    LabLoad load = new LabLoad();
    for (String name : SERVICES) {
      List<String> others =
          SERVICES.stream().filter(s -> !s.equals(name)).map(s -> s + ".lab").toList();
      load.call(hosts.file(name), name, OUTBOUND, others, 50, 5);
    }
    return load;
  }

  private static void write(Path file, String text) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (closed.getAndSet(true)) {
      return;
    }
    for (LabNode node : nodes.values()) {
      node.close();
    }
    for (LabService service : services) {
      service.close();
    }
    database.close();
    hosts.close();
  }
}
