package io.heraldmesh.cli;

import io.heraldmesh.ca.Authority;
import io.heraldmesh.cli.NodeConfig.AccessLogConfig;
import io.heraldmesh.cli.NodeConfig.AuthorityConfig;
import io.heraldmesh.compile.PortProtocol;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.InboundPort;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.ListenAddress;
import io.heraldmesh.proxy.OutboundPort;
import io.heraldmesh.proxy.WorkloadSettings;
import io.heraldmesh.proxy.log.QueuedAccessLog;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import io.heraldmesh.resource.yaml.YamlDocument;
import io.heraldmesh.resource.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a node file ({@code kind: Node}) strictly. Relative paths count from the file's folder. */
final class NodeFileReader {
  private static final int MOST_LOOPS = 256;

  /** Istio's words, and those of Kubernetes. */
  private static final List<String> PROTOCOLS =
      List.of(
          "http",
          "http2",
          "grpc",
          "grpc-web",
          "tcp",
          "tls",
          "https",
          "mongo",
          "mysql",
          "redis",
          "kubernetes.io/h2c",
          "kubernetes.io/ws",
          "kubernetes.io/wss",
          "auto");

  private static final int MOST_CONNECTIONS = 1_000_000;
  private static final int LEAST_TOKEN_CACHE = 1 << 16;
  private static final int MOST_TOKEN_CACHE = 1 << 30;

  private final Path folder;
  private final @Nullable Set<Role> givenRoles;
  private final Map<Workload, Path> credentials = new HashMap<>();

  private NodeFileReader(Path folder, @Nullable Set<Role> givenRoles) {
    this.folder = folder;
    this.givenRoles = givenRoles;
  }

  /**
   * What a file holds.
   *
   * @param config null when {@code problems} has errors
   */
  record Result(@Nullable NodeConfig config, Problems problems) {}

  /**
   * @throws UsageException when the file cannot be read at all
   */
  static Result read(Path file) {
    return read(file, null);
  }

  /**
   * As {@link #read(Path)}.
   *
   * @param roles given on the command line, instead of those in the file; null: none given
   * @throws UsageException also when one of {@code roles} is none
   */
  static Result read(Path file, @Nullable List<String> roles) {
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UsageException(
          "cannot read " + file + "; name an existing node file that this user may read");
    }
    ProblemCollector problems = new ProblemCollector();
    List<YamlDocument> documents = new YamlReader(problems).read(file.toString(), content);
    NodeConfig config = null;
    if (documents.size() == 1) {
      Path parent = file.toAbsolutePath().getParent();
      NodeFileReader reader =
          new NodeFileReader(parent == null ? Path.of("/") : parent, given(roles));
      config = documents.getFirst().value(problems).decode(reader::document);
    } else if (problems.errors() == 0) {
      problems.add(
          Position.startOf(file.toString()),
          ProblemCode.INVALID,
          "a node file holds exactly one document, this one " + documents.size());
    }
    Problems found = problems.problems();
    return new Result(found.hasErrors() ? null : config, found);
  }

  private NodeConfig document(Fields document) {
    exactly(document.required("apiVersion"), "herald.io/v1alpha1");
    exactly(document.required("kind"), "Node");
    String name =
        document.required("metadata").decode(m -> m.required("name").nonEmptyText().value());
    return document.required("spec").decode(spec -> spec(name, spec));
  }

  private NodeConfig spec(String name, Fields spec) {
    Set<Role> inFile = roles(spec.optional("roles"));
    Set<Role> roles = givenRoles == null ? inFile : givenRoles;
    return new NodeConfig(
        name,
        roles,
        trustDomain(spec.optional("trustDomain")),
        path(spec.required("stateDir")),
        authority(spec.optional("authority")),
        orRoot(path(spec.required("resources"))),
        spec.optional("resourcesMayBeEmpty").bool(false),
        spec.optional("workloads").list(this::workload),
        credentials,
        roles.contains(Role.ADMIN) ? listen(spec.optional("admin"), 15000) : null,
        listen(spec.optional("health"), 15021),
        listen(spec.optional("metrics"), 15020),
        new JwksSection(this::path).read(spec.optional("jwks")),
        leafLifetime(spec.optional("certificates")),
        spec.optional("drain").duration(Duration.ZERO, Node.LONGEST_DRAIN, Node.LONGEST_DRAIN),
        spec.optional("eventLoops")
            .integer(
                1, MOST_LOOPS, Math.min(MOST_LOOPS, Runtime.getRuntime().availableProcessors()))
            .value(),
        accessLog(spec.optional("accessLog")),
        limits(spec.optional("limits")),
        allowLoopback(spec.optional("outbound")));
  }

  private static @Nullable Set<Role> given(@Nullable List<String> words) {
    if (words == null) {
      return null;
    }
    EnumSet<Role> roles = EnumSet.noneOf(Role.class);
    for (String word : words) {
      switch (word) {
        case "ca" -> roles.add(Role.CA);
        case "config" -> roles.add(Role.CONFIG);
        case "proxy" -> roles.add(Role.PROXY);
        case "admin" -> roles.add(Role.ADMIN);
        case "gateway" -> throw new UsageException("the role gateway is not there yet");
        default ->
            throw new UsageException(
                "unknown role \"" + word + "\"; use ca, config, proxy or admin");
      }
    }
    if (!roles.containsAll(EnumSet.of(Role.CA, Role.CONFIG))) {
      throw new UsageException(
          "a node of its own needs the roles ca and config; joining a control plane elsewhere is"
              + " not there yet");
    }
    return roles;
  }

  private static Set<Role> roles(Value value) {
    EnumSet<Role> roles = EnumSet.noneOf(Role.class);
    for (Value item : value.items()) {
      String word = item.nonEmptyText().value();
      switch (word) {
        case "ca" -> roles.add(Role.CA);
        case "config" -> roles.add(Role.CONFIG);
        case "proxy" -> roles.add(Role.PROXY);
        case "admin" -> roles.add(Role.ADMIN);
        case "gateway" ->
            item.problem(ProblemCode.NOT_ENFORCED, "the role gateway is not there yet");
        case "" -> {}
        default ->
            item.problem(
                ProblemCode.UNKNOWN_VALUE,
                "unknown role \"" + word + "\"",
                "use ca, config, proxy or admin");
      }
    }
    if (!value.isPresent()) {
      return EnumSet.of(Role.CA, Role.CONFIG, Role.PROXY, Role.ADMIN);
    }
    if (!roles.containsAll(EnumSet.of(Role.CA, Role.CONFIG))) {
      value.problem(
          ProblemCode.INVALID,
          "a node of its own needs the roles ca and config",
          "add ca and config; joining a control plane elsewhere is not there yet");
    }
    return roles;
  }

  private static @Nullable TrustDomain trustDomain(Value value) {
    Located<String> text = value.nonEmptyTextOrNull();
    if (text == null || text.value().isEmpty()) {
      return null;
    }
    try {
      return new TrustDomain(text.value());
    } catch (InvalidIdentity e) {
      value.problem(ProblemCode.INVALID_TRUST_DOMAIN, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private AuthorityConfig authority(Value value) {
    AuthorityConfig read = value.decodeOrNull(this::authorityFields);
    return read == null ? new AuthorityConfig.Own() : read;
  }

  private AuthorityConfig authorityFields(Fields fields) {
    Path cacerts = path(fields.optional("cacerts"));
    Path keyStore = path(fields.optional("keyStore"));
    Path passphrase = path(fields.optional("passphraseFile"));
    if (cacerts != null && (keyStore != null || passphrase != null)) {
      fields.problem(ProblemCode.CONFLICT, "cacerts and keyStore are two ways to say one thing");
    }
    if (keyStore != null && passphrase == null || keyStore == null && passphrase != null) {
      fields.problem(ProblemCode.REQUIRED, "keyStore and passphraseFile go together");
    }
    if (cacerts != null) {
      return new AuthorityConfig.Cacerts(cacerts);
    }
    return keyStore != null && passphrase != null
        ? new AuthorityConfig.Store(keyStore, passphrase)
        : new AuthorityConfig.Own();
  }

  private WorkloadSettings workload(Fields fields) {
    Workload workload =
        new Workload(
            fields.required("namespace").nonEmptyText().value(),
            fields.required("name").nonEmptyText().value());
    Value account = fields.optional("serviceAccount");
    String serviceAccount = account.isPresent() ? account.nonEmptyText().value() : "default";
    Path folderOfCertificates =
        fields.optional("credentials").decodeOrNull(c -> orRoot(path(c.required("dir"))));
    if (folderOfCertificates != null) {
      credentials.put(workload, folderOfCertificates);
    }
    fields.withoutEffect("runAs");
    Outbound outbound = fields.optional("outbound").decodeOrNull(NodeFileReader::outbound);
    return new WorkloadSettings(
        workload,
        serviceAccount,
        fields.optional("labels").textMap(),
        outbound == null ? null : outbound.listen(),
        outbound == null ? List.of() : outbound.services(),
        fields.optional("ports").list(NodeFileReader::port));
  }

  private record Outbound(@Nullable ListenAddress listen, List<OutboundPort> services) {}

  private static Outbound outbound(Fields fields) {
    Value listen = fields.optional("listen");
    return new Outbound(
        listen.isPresent() ? new ListenAddress(address(listen)) : null,
        fields.optional("services").list(NodeFileReader::outboundService));
  }

  private static OutboundPort outboundService(Fields fields) {
    HostPort to = address(fields.required("to"));
    return new OutboundPort(
        new ListenAddress(address(fields.required("listen"))),
        to,
        protocol(fields.optional("protocol"), "", to.port()));
  }

  private static InboundPort port(Fields fields) {
    String name = fields.required("name").nonEmptyText().value();
    Value advertise = fields.optional("advertise");
    int port = fields.required("port").integer(1, 65535, 1).value();
    return new InboundPort(
        name,
        port,
        protocol(fields.optional("protocol"), name, port),
        address(fields.required("app")),
        address(fields.required("listen")),
        advertise.isPresent() ? address(advertise) : null);
  }

  private static Protocol protocol(Value value, String portName, int port) {
    if (!value.isPresent()) {
      return PortProtocol.named(portName, port);
    }
    String word = value.nonEmptyText().value();
    if (!word.isEmpty() && !PROTOCOLS.contains(word.toLowerCase(Locale.ROOT))) {
      value.problem(
          ProblemCode.UNKNOWN_VALUE,
          "unknown protocol \"" + word + "\"",
          "use one of " + String.join(", ", PROTOCOLS));
      return Protocol.AUTO;
    }
    return PortProtocol.said(word);
  }

  private static HostPort listen(Value value, int defaultPort) {
    HostPort given = value.decodeOrNull(fields -> address(fields.required("listen")));
    return given == null ? new HostPort("127.0.0.1", defaultPort) : given;
  }

  private static HostPort address(Value value) {
    String text = value.nonEmptyText().value();
    if (!text.isEmpty()) {
      try {
        return HostPort.parse(text);
      } catch (IllegalArgumentException e) {
        value.problem(
            ProblemCode.INVALID_ADDRESS,
            String.valueOf(e.getMessage()),
            "write host:port, as in 127.0.0.1:8080 or [::1]:8080");
      }
    }
    return new HostPort("127.0.0.1", 0);
  }

  private static Duration leafLifetime(Value value) {
    Duration day = Duration.ofHours(24);
    Duration read =
        value.decodeOrNull(
            fields ->
                fields.optional("ttl").duration(Duration.ofMinutes(1), Authority.MAX_TTL, day));
    return read == null ? day : read;
  }

  private AccessLogConfig accessLog(Value value) {
    AccessLogConfig read =
        value.decodeOrNull(
            fields ->
                new AccessLogConfig(
                    fields.optional("samplePercent").integer(0, 100, 100).value() / 100.0,
                    format(fields.optional("format")),
                    path(fields.optional("file"))));
    return read == null ? new AccessLogConfig(1, QueuedAccessLog.Format.JSON, null) : read;
  }

  private static QueuedAccessLog.Format format(Value value) {
    Located<String> text = value.nonEmptyTextOrNull();
    String word = text == null ? "" : text.value();
    return switch (word) {
      case "", "json" -> QueuedAccessLog.Format.JSON;
      case "text" -> QueuedAccessLog.Format.TEXT;
      default -> {
        value.problem(ProblemCode.UNKNOWN_VALUE, "is \"" + word + "\"", "write json or text");
        yield QueuedAccessLog.Format.JSON;
      }
    };
  }

  private static boolean allowLoopback(Value value) {
    return Boolean.TRUE.equals(
        value.decodeOrNull(fields -> fields.optional("allowLoopback").bool(false)));
  }

  private static Limits limits(Value value) {
    Limits read =
        value.decodeOrNull(
            fields ->
                Limits.DEFAULTS
                    .withTokenCache(tokenCache(fields.optional("tokenCache")))
                    .withConnections(
                        fields
                            .optional("connections")
                            .integer(1, MOST_CONNECTIONS, Limits.DEFAULTS.connections())
                            .value())
                    .withDetection(
                        fields
                            .optional("protocolDetection")
                            .duration(
                                Duration.ofMillis(100),
                                Limits.DEFAULTS.handshake(),
                                Limits.DEFAULTS.detection())));
    return read == null ? Limits.DEFAULTS : read;
  }

  private static int tokenCache(Value value) {
    int most = (int) Math.min(MOST_TOKEN_CACHE, Runtime.getRuntime().maxMemory() / 2);
    int bytes = value.integer(0, most, Limits.DEFAULTS.tokenCacheBytes()).value();
    if (bytes > 0 && bytes < LEAST_TOKEN_CACHE) {
      value.problem(
          ProblemCode.OUT_OF_RANGE,
          bytes + " bytes hold no token to speak of",
          "write 0 to switch the cache off, or at least " + LEAST_TOKEN_CACHE);
    }
    return bytes;
  }

  private static void exactly(Value value, String wanted) {
    String text = value.nonEmptyText().value();
    if (!text.isEmpty() && !text.equals(wanted)) {
      value.problem(ProblemCode.UNKNOWN_VALUE, "is \"" + text + "\"", "write " + wanted);
    }
  }

  private @Nullable Path path(Value value) {
    Located<String> text = value.nonEmptyTextOrNull();
    return text == null || text.value().isEmpty() ? null : folder.resolve(text.value()).normalize();
  }

  /** A required path that is missing was reported; what stands in for it is never used. */
  private static Path orRoot(@Nullable Path path) {
    return path == null ? Path.of("/") : path;
  }
}
