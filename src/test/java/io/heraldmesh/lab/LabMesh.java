package io.heraldmesh.lab;

import io.heraldmesh.Descendants;
import io.heraldmesh.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
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

  static final int APP = 9000;
  static final int INBOUND = 15106;

  /** A host with nothing of the mesh. */
  static final String STRANGER = "rogue";

  static final String DATABASE = "db";

  private static final int LOAD_PER_SECOND = 200;
  private static final int CONNECTIONS = 2;

  final Hosts hosts;
  final PostgresServer database;
  final Map<String, LabNode> nodes = new LinkedHashMap<>();
  final LabAuthority authority;
  final LabPolicy policy;
  private final Path folder;

  /** What there is to be closed, what came last at the head. */
  private final Deque<AutoCloseable> parts = new ConcurrentLinkedDeque<>();

  /** Makes all of it; nothing runs but the database. */
  LabMesh(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    this.authority = new LabAuthority(this, folder);
    this.policy = new LabPolicy(this, folder);
    this.hosts =
        new Hosts(
            Stream.of(List.of(DATABASE), CONTROL, SERVICES, List.of(STRANGER))
                .flatMap(List::stream)
                .toList());
    parts.push(hosts);
    // a run that is ended early, or that fails from here on, leaves nothing behind either
    Runtime.getRuntime().addShutdownHook(new Thread(this::closeAtEnd));
    hosts.make();
    LabFiles files = new LabFiles(hosts, folder);
    files.certificateOfDatabase();
    this.database =
        PostgresServer.start(
            hosts.in(DATABASE, List.of()),
            hosts.address(DATABASE),
            5432,
            "ssl=on",
            "ssl_cert_file=" + files.databaseRoots(),
            "ssl_key_file=" + files.databaseKey());
    parts.push(database);
    files.secrets();
    for (String name : CONTROL) {
      node(name, files.control(name), List.of());
    }
    for (String name : SERVICES) {
      node(
          name,
          files.service(name),
          List.of(
              "inbound=" + hosts.address(name) + ":" + INBOUND, "outbound=127.0.0.1:" + OUTBOUND));
    }
  }

  private void closeAtEnd() {
    try {
      close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      // what a row that goes on meanwhile has started
      Descendants.end();
    }
  }

  private void node(String name, String yaml, List<String> sockets) throws IOException {
    Path own = Files.createDirectories(folder.resolve(name));
    LabNode node =
        new LabNode(name, own, hosts.in(name, List.of()), sockets, SERVICES.contains(name));
    parts.push(node);
    Files.writeString(node.file(), yaml);
    nodes.put(name, node);
  }

  /** A place on disk for whoever is no node of the mesh. */
  Path folder(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  /** A small disk over a folder; whoever asks for it closes it when it is no longer needed. */
  SmallDisk disk(Path over, int spareMiB) throws IOException, InterruptedException {
    SmallDisk disk = new SmallDisk(over);
    parts.push(disk::drop);
    disk.mount(spareMiB);
    return disk;
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
    authority.make();
    startControl();
    policy.apply("c1", "/other", false);
    for (String name : SERVICES) {
      parts.push(new LabService(hosts.file(name), name, APP));
      authority.enrol(name, folder.resolve(name));
      node(name).start();
    }
    for (String name : SERVICES) {
      node(name).awaitReady();
    }
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
    return leaders().stream().findFirst().orElseThrow(() -> new IOException("nobody distributes"));
  }

  /** Those that say that they distribute. */
  List<String> leaders() throws InterruptedException {
    List<String> all = new ArrayList<>();
    for (String name : CONTROL) {
      if (node(name).metrics(hosts.file(name)).contains("herald_leader 1.0")) {
        all.add(name);
      }
    }
    return all;
  }

  /** One that does not. */
  String follower() throws IOException, InterruptedException {
    String leader = leader();
    return CONTROL.stream().filter(c -> !c.equals(leader)).findFirst().orElseThrow();
  }

  /** The load of 200 requests a second: every service calls every other, on two connections. */
  LabLoad load() {
    LabLoad load = new LabLoad();
    int callers = SERVICES.size() * (SERVICES.size() - 1) * CONNECTIONS;
    Duration apart = Duration.ofSeconds(1).dividedBy(LOAD_PER_SECOND);
    for (String name : SERVICES) {
      for (String target : SERVICES.stream().filter(s -> !s.equals(name)).toList()) {
        for (int i = 0; i < CONNECTIONS; i++) {
          load.call(
              (thread, work) -> InHost.start(hosts.file(name), thread, work),
              name,
              OUTBOUND,
              target + ".lab",
              apart.multipliedBy(callers),
              apart.multipliedBy(load.connections()));
        }
      }
    }
    return load;
  }

  /** The hosts last, whatever becomes of what is in them. Whoever comes second waits. */
  @Override
  public synchronized void close() throws IOException {
    List<AutoCloseable> all = new ArrayList<>();
    for (AutoCloseable part = parts.poll(); part != null; part = parts.poll()) {
      all.add(part);
    }
    Parts.close(all);
  }
}
