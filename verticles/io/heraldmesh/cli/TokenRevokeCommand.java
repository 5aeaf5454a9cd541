package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminTokens.RevokeToken;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code herald token revoke ID}: takes back a token that nobody has used. */
@Command(
    name = "revoke",
    mixinStandardHelpOptions = true,
    description = {
      "Take back a token that nobody has used.",
      "Ends with 1 when there is none with this id, or it was used."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TokenRevokeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin;

  @Parameters(paramLabel = "ID", description = "As herald token list shows it.")
  private String id;

  @Override
  public Integer call() {
    return admin.with(
        session -> {
          boolean revoked =
              session.await(session.service().revokeToken(new RevokeToken(id))).revoked();
          spec.commandLine()
              .getErr()
              .println(
                  revoked
                      ? "token " + id + " is void"
                      : "herald: no unused token has the id " + id);
          return revoked ? 0 : 1;
        });
  }
}
