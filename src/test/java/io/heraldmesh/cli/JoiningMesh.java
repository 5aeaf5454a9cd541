package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminAudit.AuditRequest;
import io.heraldmesh.bus.AdminCertificates.Registration;
import io.heraldmesh.bus.AdminCertificates.RegistrationsRequest;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.node.ControlAdmin;
import io.heraldmesh.node.Node;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.node.NodeFolder;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Stream;

/** A control node that runs in this process, and what nodes that join it are left with. */
final class JoiningMesh implements AutoCloseable {
  /** A control node that takes links and lets nodes in by tokens. */
  static final String BY_TOKENS =
      "  roles: [ca, config, admin]\n  control: {listen: \"127.0.0.1:0\"}\n";

  private final Path folder;
  private final NodeFolder files;
  private final List<String> said = new CopyOnWriteArrayList<>();
  private Node node;

  private JoiningMesh(Path folder, NodeFolder files) {
    this.folder = folder;
    this.files = files;
    this.node = running();
  }

  static JoiningMesh byTokens(Path folder) throws IOException {
    return of(folder, BY_TOKENS);
  }

  /**
   * @param spec of the control node, indented by two
   */
  static JoiningMesh of(Path folder, String spec) throws IOException {
    NodeFolder files = new NodeFolder(folder.resolve("control"));
    files.node(spec);
    return new JoiningMesh(folder, files);
  }

  private Node running() {
    said.clear();
    return Node.start(
        Objects.requireNonNull(NodeFileReader.read(files.file()).config()), said::add);
  }

  void startAgain() {
    node.stop();
    node = running();
  }

  /** The control node's. */
  NodeFolder files() {
    return files;
  }

  /** Where the control node takes links and lets nodes in. */
  String control() {
    return said.stream()
        .filter(line -> line.startsWith("listening control "))
        .findFirst()
        .orElseThrow()
        .substring("listening control ".length());
  }

  /** Runs {@code herald} against the control node. */
  CommandRun admin(Object... words) {
    return CommandRun.of(
        Stream.concat(Arrays.stream(words), Stream.of("--config", files.file())).toArray());
  }

  /** {@code herald token create}. */
  CommandRun create(String name, String... more) {
    return admin(
        Stream.of(
                Stream.of("token", "create", "--node", name, "--advertise", control()),
                Stream.of(more))
            .flatMap(w -> w)
            .toArray());
  }

  /** The printed line, at a node. */
  CommandRun join(CommandRun made, String at, Object... more) {
    return CommandRun.of(
        Stream.of(
                Arrays.stream(made.out().strip().split(" ")).skip(1),
                Stream.of("--state-dir", state(at)),
                Arrays.stream(more))
            .flatMap(w -> w)
            .toArray());
  }

  /** What follows an option in the printed line. */
  static String word(CommandRun made, String option) {
    List<String> words = List.of(made.out().strip().split(" "));
    return words.get(words.indexOf(option) + 1);
  }

  Path state(String at) {
    return folder.resolve("state-" + at);
  }

  NodeIdentity.Held held(String at) {
    return NodeIdentity.in(state(at)).load(Crypto.preferred()).orElseThrow();
  }

  /** {@code actor action subject outcome detail} of each entry. */
  List<String> audited() {
    return asked(service -> service.audit(new AuditRequest(0, 100))).entries().stream()
        .map(e -> String.join(" ", e.actor(), e.action(), e.subject(), e.outcome(), e.detail()))
        .toList();
  }

  List<Registration> registrations() {
    return asked(service -> service.registrations(new RegistrationsRequest(null, 100)))
        .registrations();
  }

  private <T> T asked(Function<AdminService, Future<T>> question) {
    LocalExchange exchange = LocalExchange.connect(files.state().resolve(ControlAdmin.SOCKET));
    try (AdminSession session = new AdminSession(AdminService.over(exchange), null, exchange)) {
      return session.await(question.apply(session.service()));
    }
  }

  /** The control node stops; what it holds stays. */
  @Override
  public void close() {
    node.stop();
  }
}
