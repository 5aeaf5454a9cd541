package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.bus.AdminTokens.Token;
import io.heraldmesh.bus.AdminTokens.TokenPage;
import io.heraldmesh.bus.AdminTokens.TokensRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald token list}: tokens, used ones too, never with their secret. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Show tokens, used ones too, oldest first; never the tokens themselves.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TokenListCommand implements Callable<Integer> {
  private static final int PAGE = 500;

  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private LintCommand.Output output = LintCommand.Output.text;

  @Override
  public Integer call() {
    return admin.with(
        session -> {
          List<Token> all = new ArrayList<>();
          @Nullable String after = null;
          do {
            TokenPage page =
                session.await(session.service().listTokens(new TokensRequest(after, PAGE)));
            all.addAll(page.tokens());
            after = page.next();
          } while (after != null);
          print(all);
          return 0;
        });
  }

  private void print(List<Token> all) {
    switch (output) {
      case text -> {
        TextTable table =
            new TextTable(
                "ID", "STATE", "ROLE", "NODE", "WORKLOADS", "ADDRESSES", "EXPIRES", "CREATED BY");
        for (Token token : all) {
          table.row(
              token.id(),
              word(token),
              token.role(),
              token.node(),
              words(token.workloads()),
              words(token.addresses()),
              String.valueOf(AdminJson.time(token.expiresAt())),
              token.createdBy());
        }
        table.print(spec.commandLine().getOut());
      }
      case json -> {
        ObjectNode json = AdminJson.object();
        ArrayNode list = json.putArray("tokens");
        for (Token token : all) {
          ObjectNode one = list.addObject();
          one.put("id", token.id())
              .put("state", word(token))
              .put("role", token.role())
              .put("node", token.node())
              .put("createdBy", token.createdBy())
              .put("createdAt", AdminJson.time(token.createdAt()))
              .put("expiresAt", AdminJson.time(token.expiresAt()))
              .put("usedBy", token.usedBy())
              .put("usedAt", AdminJson.time(token.usedAt()));
          ArrayNode workloads = one.putArray("workloads");
          token.workloads().forEach(workloads::add);
          ArrayNode addresses = one.putArray("addresses");
          token.addresses().forEach(addresses::add);
        }
        spec.commandLine().getOut().println(json);
      }
    }
    spec.commandLine().getOut().flush();
  }

  private static String words(List<String> words) {
    return words.isEmpty() ? "-" : String.join(",", words);
  }

  private static String word(Token token) {
    return token.state().name().toLowerCase(Locale.ROOT);
  }
}
