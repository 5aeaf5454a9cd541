package io.heraldmesh.node;

import io.heraldmesh.node.NodeConfig.DatabaseConfig;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code spec.database} of a node file: {@code sqlite: FILE} or {@code postgres: {…}}. */
final class DatabaseSection {
  private static final Pattern URL =
      Pattern.compile("(?:jdbc:)?postgres(?:ql)?://([^/?#@]+)/([A-Za-z0-9_][A-Za-z0-9_.-]*)");
  private static final Pattern HOST =
      Pattern.compile("([-A-Za-z0-9._]+|\\[[0-9A-Fa-f:.]+])(?::([1-9][0-9]{0,4}))?");
  private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");
  private static final String LOOPBACK_6 = "[0:0:0:0:0:0:0:1]:";
  private static final String DEFAULT_PORT = "5432";
  private static final String HINT = "write postgresql://host:port/database";
  private static final int LEAST_CONNECTIONS = 2;
  private static final int MOST_CONNECTIONS = 100;
  private static final int CONNECTIONS = 8;

  private final Function<Value, @Nullable Path> paths;

  /**
   * @param paths reads a path, absolute; null when there is none
   */
  DatabaseSection(Function<Value, @Nullable Path> paths) {
    this.paths = paths;
  }

  DatabaseConfig read(Value value) {
    DatabaseConfig read = value.decodeOrNull(this::fields);
    return read == null ? new DatabaseConfig.Sqlite(null) : read;
  }

  private DatabaseConfig fields(Fields fields) {
    Path file = paths.apply(fields.optional("sqlite"));
    DatabaseConfig server = fields.optional("postgres").decodeOrNull(this::postgres);
    if (fields.has("sqlite") == fields.has("postgres")) {
      fields.problem(
          fields.has("sqlite") ? ProblemCode.CONFLICT : ProblemCode.REQUIRED,
          "one of sqlite and postgres says where the state is");
    }
    return server == null ? new DatabaseConfig.Sqlite(file) : server;
  }

  private DatabaseConfig postgres(Fields fields) {
    Url url = url(fields.required("url"));
    String user = fields.required("user").nonEmptyText().value();
    if (fields.has("password")) {
      fields
          .optional("password")
          .problem(
              ProblemCode.INVALID,
              "a secret does not stand in a node file",
              "write it into a file (0600) and name that one as passwordFile");
    }
    Path password = paths.apply(fields.optional("passwordFile"));
    Value schema = fields.optional("schema");
    String name = schema.isPresent() ? schema.nonEmptyText().value() : "herald";
    if (!name.isEmpty() && !NAME.matcher(name).matches()) {
      schema.problem(
          ProblemCode.INVALID,
          Shown.quoted(name) + " is no name of a schema",
          "use lower-case letters, digits and _");
    }
    Value encryption = fields.optional("tls");
    Tls tls = encryption.decodeOrNull(this::tls);
    if (tls != null && tls.off() && url.hosts().stream().anyMatch(h -> !loopback(h))) {
      encryption.problem(
          ProblemCode.INVALID,
          "without TLS only a server on this machine may be used",
          "switch TLS on at the server and name its roots");
    }
    return new DatabaseConfig.Postgres(
        url.hosts(),
        url.database(),
        name,
        user,
        password,
        tls == null || !tls.off(),
        tls == null ? null : tls.roots(),
        fields
            .optional("connections")
            .integer(LEAST_CONNECTIONS, MOST_CONNECTIONS, CONNECTIONS)
            .value());
  }

  private record Tls(boolean off, @Nullable Path roots) {}

  private Tls tls(Fields fields) {
    boolean off = fields.optional("disabled").bool(false);
    Path roots = paths.apply(fields.optional("roots"));
    if (off && roots != null) {
      fields.problem(ProblemCode.CONFLICT, "roots are of no use where TLS is disabled");
    }
    return new Tls(off, roots);
  }

  private record Url(List<String> hosts, String database) {
    static final Url NONE = new Url(List.of(), "");
  }

  private static Url url(Value value) {
    String text = value.nonEmptyText().value();
    if (text.isEmpty()) {
      return Url.NONE;
    }
    if (text.contains("@") || text.toLowerCase(Locale.ROOT).contains("password")) {
      value.problem(
          ProblemCode.INVALID,
          "user and password do not stand in the url",
          "name them as user and passwordFile");
      return Url.NONE;
    }
    if (text.contains("?")) {
      value.problem(
          ProblemCode.INVALID,
          "parameters do not stand in the url",
          "what may be said has fields of its own: schema, tls, connections");
      return Url.NONE;
    }
    Matcher parts = URL.matcher(text);
    if (!parts.matches()) {
      value.problem(ProblemCode.INVALID_ADDRESS, Shown.quoted(text) + " is no server", HINT);
      return Url.NONE;
    }
    List<String> hosts = new ArrayList<>();
    for (String host : parts.group(1).split(",", -1)) {
      Matcher one = HOST.matcher(host);
      String name = one.matches() ? canonical(one.group(1)) : null;
      if (name == null || Integer.parseInt(port(one)) > 65535) {
        value.problem(ProblemCode.INVALID_ADDRESS, Shown.quoted(host) + " is no server", HINT);
        return Url.NONE;
      }
      hosts.add(name + ":" + port(one));
    }
    return new Url(hosts, parts.group(2));
  }

  /**
   * An IPv6 address with all of its parts, as the driver finds it in the server's certificate,
   * which it compares as text; null: it is in brackets and no address.
   */
  private static @Nullable String canonical(String host) {
    if (!host.startsWith("[")) {
      return host;
    }
    try {
      InetAddress address = InetAddress.ofLiteral(host.substring(1, host.length() - 1));
      return address instanceof Inet6Address
          ? '[' + address.getHostAddress() + ']'
          : address.getHostAddress();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static String port(Matcher host) {
    return host.group(2) == null ? DEFAULT_PORT : host.group(2);
  }

  private static boolean loopback(String host) {
    return host.startsWith("127.") || host.startsWith("localhost:") || host.startsWith(LOOPBACK_6);
  }
}
