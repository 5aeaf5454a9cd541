package io.heraldmesh.node;

import io.heraldmesh.ca.Authority;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.NodeConfig.AccessLogConfig;
import io.heraldmesh.node.NodeConfig.AttachedConfig;
import io.heraldmesh.node.NodeConfig.AuthorityConfig;
import io.heraldmesh.node.NodeConfig.ClusterConfig;
import io.heraldmesh.node.NodeConfig.ControlConfig;
import io.heraldmesh.node.NodeConfig.DatabaseConfig;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.log.QueuedAccessLog;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import io.heraldmesh.resource.yaml.YamlDocument;
import io.heraldmesh.resource.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a node file ({@code kind: Node}) strictly. Relative paths count from the file's folder. */
public final class NodeFileReader {
  private static final int MOST_LOOPS = 256;

  /** A segment of a path of SPIFFE IDs (SPIFFE-ID section 2.2). */
  private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[-A-Za-z0-9._]{1,63}");

  private final Path folder;
  private final @Nullable Set<Role> givenRoles;
  private final NodeSockets sockets;

  private NodeFileReader(Path folder, @Nullable Set<Role> givenRoles, NodeSockets sockets) {
    this.sockets = sockets;
    this.folder = folder;
    this.givenRoles = givenRoles;
  }

  /**
   * What a file holds.
   *
   * @param config null when {@code problems} has errors
   */
  public record Result(@Nullable NodeConfig config, Problems problems) {}

  /**
   * @throws UsageException when the file cannot be read at all
   */
  public static Result read(Path file) {
    return read(file, null, NodeSockets.ours());
  }

  /**
   * As {@link #read(Path)}.
   *
   * @param roles given on the command line, instead of those in the file; null: none given
   * @throws UsageException also when one of {@code roles} is none
   */
  public static Result read(Path file, @Nullable List<String> roles) {
    return read(file, roles, NodeSockets.ours());
  }

  /**
   * As {@link #read(Path)}, for a node that is another process.
   *
   * @param sockets that this will be passed
   */
  public static Result read(Path file, NodeSockets sockets) {
    return read(file, null, sockets);
  }

  private static Result read(Path file, @Nullable List<String> roles, NodeSockets sockets) {
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
          new NodeFileReader(
              parent == null ? Path.of("/") : parent,
              roles == null ? null : RolesSection.given(roles),
              sockets);
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
    String name = document.required("metadata").decode(m -> name(m.required("name")));
    return document.required("spec").decode(spec -> spec(name, spec));
  }

  /** It becomes a segment of a SPIFFE ID. */
  private static String name(Value value) {
    String name = value.nonEmptyText().value();
    if (!name.isEmpty() && !NAME.matcher(name).matches()) {
      value.problem(
          ProblemCode.INVALID_NAME,
          Shown.quoted(name) + " is no name of a node",
          "use at most 63 letters, digits, '-', '_' and '.'");
    }
    return name;
  }

  private NodeConfig spec(String name, Fields spec) {
    boolean clustered = spec.optional("cluster").isPresent();
    Set<Role> inFile = RolesSection.read(spec.optional("roles"), clustered);
    Set<Role> roles = givenRoles == null ? inFile : givenRoles;
    if (givenRoles != null) {
      RolesSection.check(givenRoles, clustered);
    }
    ServerAddresses servers = new ServerAddresses();
    HostPort admin = NodeAddresses.listen(spec.optional("admin"), 15000);
    if (roles.contains(Role.ADMIN)) {
      servers.take("admin", admin, spec.optional("admin"));
    }
    boolean controls = NodeConfig.controlPlane(roles);
    AttachedConfig attached = AttachedSection.read(spec.optional("attached"), controls);
    WorkloadsSection workloads =
        new WorkloadsSection(this::path, controls || attached != null, sockets);
    if (!controls) {
      spec.withoutEffect("authority", "database", "control", "cluster");
      spec.withoutEffect(attached == null ? "certificates" : "resources");
    }
    if (attached != null) {
      spec.withoutEffect("jwks");
    }
    DatabaseConfig database = new DatabaseSection(this::path).read(spec.optional("database"));
    return new NodeConfig(
        name,
        roles,
        trustDomain(spec.optional("trustDomain")),
        path(spec.required("stateDir")),
        authority(spec.optional("authority")),
        database,
        controls || attached != null
            ? path(spec.optional("resources"))
            : orRoot(path(spec.required("resources"))),
        spec.optional("resourcesMayBeEmpty").bool(false),
        workloads.read(spec.optional("workloads")),
        workloads.credentials(),
        roles.contains(Role.ADMIN) ? admin : null,
        server("health", 15021, spec, servers),
        server("metrics", roles.contains(Role.PROXY) ? 15020 : 15014, spec, servers),
        new JwksSection(this::path).read(spec.optional("jwks")),
        leafLifetime(spec.optional("certificates")),
        spec.optional("drain").duration(Duration.ZERO, Node.LONGEST_DRAIN, Node.LONGEST_DRAIN),
        spec.optional("eventLoops")
            .integer(
                1, MOST_LOOPS, Math.min(MOST_LOOPS, Runtime.getRuntime().availableProcessors()))
            .value(),
        accessLog(spec.optional("accessLog")),
        LimitsSection.read(spec.optional("limits")),
        allowLoopback(spec.optional("outbound")),
        CaptureSection.read(spec.optional("capture"), sockets),
        control(spec.optional("control"), servers),
        attached,
        cluster(name, spec, database));
  }

  private static HostPort server(
      String name, int defaultPort, Fields spec, ServerAddresses servers) {
    Value value = spec.optional(name);
    return servers.take(name, NodeAddresses.listen(value, defaultPort), value);
  }

  private @Nullable ControlConfig control(Value value, ServerAddresses servers) {
    ControlConfig read = new ControlSection(this::path).read(value);
    if (read != null) {
      servers.take("control", read.listen(), value);
    }
    return read;
  }

  private @Nullable ClusterConfig cluster(String name, Fields spec, DatabaseConfig database) {
    Value value = spec.optional("cluster");
    ClusterConfig read = new ClusterSection(name, this::path).read(value);
    if (read != null && !(database instanceof DatabaseConfig.Postgres)) {
      value.problem(
          ProblemCode.REQUIRED,
          "control nodes share a database",
          "write spec.database.postgres, the same for all of them");
    }
    return read;
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
