package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.bus.AdminAudit.AuditPage;
import io.heraldmesh.bus.AdminAudit.AuditRequest;
import io.heraldmesh.bus.AdminAudit.Entry;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.resource.problem.Shown;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald audit}: who did or tried what. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = {
      "Show the audit log, newest first: who changed or was refused what, when, and what became of",
      "it."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class AuditCommand implements Callable<Integer> {
  /** A row may hold some thousand characters, and a page has to fit into one answer. */
  private static final int PAGE = 50;

  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin;

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "100",
      description = "How many rows (default: ${DEFAULT-VALUE}).")
  private int most;

  @Option(
      names = "--before",
      paramLabel = "NUMBER",
      defaultValue = "0",
      description = "Only rows older than the one with this number.")
  private long before;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private LintCommand.Output output = LintCommand.Output.text;

  /**
   * @param next to go on before; 0: this is the end
   */
  private record Rows(List<Entry> entries, long next) {}

  @Override
  public Integer call() {
    if (most < 1 || before < 0) {
      throw new UsageException("--most is 1 or more, and --before the number of a row");
    }
    return admin.with(
        session -> {
          print(read(session));
          return 0;
        });
  }

  private Rows read(AdminSession session) {
    List<Entry> entries = new ArrayList<>();
    long next = before;
    do {
      int wanted = Math.min(PAGE, most - entries.size());
      AuditPage page = session.await(session.service().audit(new AuditRequest(next, wanted)));
      entries.addAll(page.entries());
      next = page.next();
    } while (next != 0 && entries.size() < most);
    return new Rows(entries, next);
  }

  private void print(Rows rows) {
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case text -> text(rows, out);
      case json -> out.println(json(rows));
    }
    out.flush();
  }

  private void text(Rows rows, PrintWriter out) {
    TextTable table =
        new TextTable("NUMBER", "AT", "WHO", "ACTION", "SUBJECT", "OUTCOME", "DETAIL");
    for (Entry row : rows.entries()) {
      table.row(
          String.valueOf(row.number()),
          String.valueOf(AdminJson.time(row.at())),
          shown(row.actor()),
          shown(row.action()),
          shown(row.subject()),
          shown(row.outcome()),
          shown(row.detail()));
    }
    table.print(out);
    if (rows.next() != 0) {
      spec.commandLine()
          .getErr()
          .println("there are older rows: --before " + rows.next() + " shows them");
    }
  }

  /** Who is refused may have chosen some of it. */
  private static String shown(String text) {
    return text.isEmpty() ? "-" : Shown.harmless(text);
  }

  private static ObjectNode json(Rows rows) {
    ObjectNode json = AdminJson.object();
    ArrayNode list = json.putArray("entries");
    for (Entry row : rows.entries()) {
      list.addObject()
          .put("number", row.number())
          .put("at", AdminJson.time(row.at()))
          .put("actor", row.actor())
          .put("action", row.action())
          .put("subject", row.subject())
          .put("outcome", row.outcome())
          .put("detail", row.detail());
    }
    return json.put("next", rows.next());
  }
}
