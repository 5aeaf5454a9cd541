package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminTokens.CreateToken;
import io.heraldmesh.bus.AdminTokens.CreatedToken;
import io.heraldmesh.node.NodeConfig;
import io.heraldmesh.node.NodeConfig.ControlConfig;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.proxy.HostPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald token create}: lets one node join, and prints the command that does it. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    description = {
      "Make a token that lets one node join, once, and print the command to run there.",
      "The token is shown this once."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TokenCreateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin;

  @Option(
      names = "--node",
      required = true,
      paramLabel = "NAME",
      description = "The name it joins under: the metadata.name of its node file.")
  private String node;

  @Option(
      names = "--workload",
      paramLabel = "NS/SA",
      arity = "1..*",
      split = ",",
      description = "namespace/serviceAccount of what runs there; several, or repeated.")
  private List<String> workloads = List.of();

  @Option(
      names = "--address",
      paramLabel = "ADDRESS",
      arity = "1..*",
      split = ",",
      description = {
        "Where others may reach it, besides the address that it is attached from: an IP address, a",
        "CIDR block or a DNS name of its node file's `advertise`; several, or repeated."
      })
  private List<String> addresses = List.of();

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      defaultValue = "node",
      description = "node, ca, config, admin or operator (default: ${DEFAULT-VALUE}).")
  private String role;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      defaultValue = "10m",
      converter = TimeOption.class,
      description = "How long it may be used, 1m to 24h (default: ${DEFAULT-VALUE}).")
  private Duration lifetime;

  @Option(
      names = "--advertise",
      paramLabel = "HOST[:PORT]",
      description = {
        "Where the node finds a control node, as the printed command says it; repeatable. By",
        "default --control, or what --config says in spec.control.listen, or this machine's name."
      })
  private List<String> advertised = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private LintCommand.Output output = LintCommand.Output.text;

  @Override
  public Integer call() {
    List<HostPort> where = where();
    return admin.with(
        session -> {
          CreatedToken made =
              session.await(
                  session
                      .service()
                      .createToken(new CreateToken(node, role, workloads, addresses, lifetime)));
          print(made, where);
          return 0;
        });
  }

  private void print(CreatedToken made, List<HostPort> where) {
    List<String> words = new ArrayList<>(List.of("herald", "join"));
    where.forEach(address -> words.addAll(List.of("--control", address.toString())));
    words.addAll(List.of("--name", node, "--pin", pin(made), "--token", made.token()));
    String command = String.join(" ", words);
    switch (output) {
      case text -> {
        spec.commandLine().getOut().println(command);
        spec.commandLine()
            .getErr()
            .println(
                "token "
                    + made.id()
                    + " may be used by one key until "
                    + AdminJson.time(made.expiresAt())
                    + "; run the line above where the node is, with --state-dir DIR if that is not"
                    + " /var/lib/herald");
      }
      case json -> {
        var json =
            AdminJson.object()
                .put("id", made.id())
                .put("node", node)
                .put("role", role)
                .put("token", made.token())
                .put("pin", pin(made))
                .put("expiresAt", AdminJson.time(made.expiresAt()))
                .put("command", command);
        var control = json.putArray("control");
        where.forEach(address -> control.add(address.toString()));
        var runs = json.putArray("workloads");
        workloads.forEach(runs::add);
        var reached = json.putArray("addresses");
        addresses.forEach(reached::add);
        spec.commandLine().getOut().println(json);
      }
    }
    spec.commandLine().getOut().flush();
  }

  private static String pin(CreatedToken made) {
    return made.pin().startsWith("sha256:") ? made.pin() : "sha256:" + made.pin();
  }

  private List<HostPort> where() {
    if (!advertised.isEmpty()) {
      return advertised.stream().map(ControlAddress::parse).toList();
    }
    List<HostPort> asked = admin.elsewhere();
    if (!asked.isEmpty()) {
      return asked;
    }
    NodeConfig config = admin.config();
    ControlConfig listening = config == null ? null : config.control();
    if (config != null && listening == null) {
      throw new UsageException(
          "this control node has no spec.control.listen; no node can join it: add that to its node"
              + " file and start it again, or name one that has it by --advertise HOST:PORT");
    }
    HostPort listen = listening == null ? null : listening.listen();
    int port = listen == null || listen.port() == 0 ? ControlAddress.USUAL_PORT : listen.port();
    return List.of(
        listen == null || anyAddress(listen.host())
            ? new HostPort(thisMachine(), port)
            : new HostPort(listen.host(), port));
  }

  private static boolean anyAddress(@Nullable String host) {
    return host == null || host.equals("0.0.0.0") || host.equals("::") || host.startsWith("fd:");
  }

  private static String thisMachine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new UsageException("this machine has no name; say --control HOST:PORT");
    }
  }
}
