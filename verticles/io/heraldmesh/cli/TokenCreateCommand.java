package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminTokens.CreateToken;
import io.heraldmesh.bus.AdminTokens.CreatedToken;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald token create}: lets one node, or one operator, join once. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    description = {
      "Make a token with which one node joins, once, within its time; it is shown this once.",
      "The pin says which root whoever joins must find at the control node."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TokenCreateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin;

  @Option(names = "--node", required = true, paramLabel = "NAME", description = "Its name.")
  private String node;

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      defaultValue = "node",
      description = "node, ca, config, admin or operator (default: node).")
  private String role;

  @Option(
      names = "--workload",
      split = ",",
      paramLabel = "NS/SA",
      description = "What may run on the node; repeatable.")
  private List<String> workloads = List.of();

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      defaultValue = "10m",
      converter = TimeOption.class,
      description = "How long it may be used, 1m to 24h (default: ${DEFAULT-VALUE}).")
  private Duration lifetime;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private LintCommand.Output output = LintCommand.Output.text;

  @Override
  public Integer call() {
    return admin.with(
        session -> {
          CreatedToken created =
              session.await(
                  session.service().createToken(new CreateToken(node, role, workloads, lifetime)));
          switch (output) {
            case text -> {
              spec.commandLine().getOut().println("token  " + created.token());
              spec.commandLine().getOut().println("pin    " + created.pin());
              spec.commandLine()
                  .getErr()
                  .println(
                      "for "
                          + role
                          + " "
                          + node
                          + ", once, until "
                          + AdminJson.time(created.expiresAt())
                          + "; take it back with: herald token revoke "
                          + created.id());
            }
            case json ->
                spec.commandLine()
                    .getOut()
                    .println(
                        AdminJson.object()
                            .put("id", created.id())
                            .put("node", node)
                            .put("role", role)
                            .put("token", created.token())
                            .put("pin", created.pin())
                            .put("expiresAt", AdminJson.time(created.expiresAt())));
          }
          return 0;
        });
  }
}
