package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.bus.AdminResources;
import io.heraldmesh.bus.AdminResources.GetRequest;
import io.heraldmesh.bus.AdminResources.HistoryPage;
import io.heraldmesh.bus.AdminResources.HistoryRequest;
import io.heraldmesh.bus.AdminResources.Item;
import io.heraldmesh.bus.AdminResources.Key;
import io.heraldmesh.bus.AdminResources.ListRequest;
import io.heraldmesh.bus.AdminResources.Past;
import io.heraldmesh.bus.AdminResources.Target;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.read.KindNames;
import io.heraldmesh.resource.yaml.YamlReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code herald get [KIND [NAME]]}: the resources that there are. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    description = {
      "Show resources, those of a watched folder too.",
      "Ends with 1 when the one that is named is not there."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class GetCommand implements Callable<Integer> {
  private static final int PAGE = 200;
  private static final int HISTORY = 50;

  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "KIND",
      description = "Such as peerauthentication; all kinds when absent.")
  private @Nullable String kind;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      description = "namespace/name, or the name alone.")
  private @Nullable String name;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NS",
      description = "Those of one namespace.")
  private @Nullable String namespace;

  @Option(names = "--history", description = "What the one that is named was, newest first.")
  private boolean history;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "yaml, json or text (default: text).")
  private Form form = Form.text;

  /** The forms, named as they are written on the command line. */
  enum Form {
    yaml,
    json,
    text
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (history && name == null) {
      throw new UsageException("--history is of one resource: name it");
    }
    if (kind != null && !KindNames.isKnown(kind)) {
      throw new UsageException(
          "there is no kind \"" + kind + "\"; use one of " + String.join(", ", KindNames.all()));
    }
    return admin.with(
        session -> {
          if (kind != null && name != null) {
            Target target = TargetName.of(kind, name, namespace);
            return history ? past(session, target, out) : one(session, target, out);
          }
          return all(session, out);
        });
  }

  private int one(AdminSession session, Target target, PrintWriter out) {
    Item item = session.await(session.service().getResource(new GetRequest(target))).item();
    if (item == null) {
      spec.commandLine().getErr().println("herald: " + kind + " " + name + " is not there");
      return 1;
    }
    switch (form) {
      case yaml -> out.print(yaml(item));
      case json -> out.println(json(item));
      case text -> table(List.of(item), out);
    }
    out.flush();
    return 0;
  }

  private int all(AdminSession session, PrintWriter out) {
    List<Item> items = new ArrayList<>();
    @Nullable Key after = null;
    do {
      AdminResources.Page page =
          session.await(
              session
                  .service()
                  .listResources(new ListRequest(kind, namespace, form != Form.text, after, PAGE)));
      items.addAll(page.items());
      after = page.next();
    } while (after != null);
    switch (form) {
      case yaml -> out.print(String.join("---\n", items.stream().map(GetCommand::yaml).toList()));
      case json -> {
        ObjectNode json = AdminJson.object();
        ArrayNode list = json.putArray("items");
        items.forEach(item -> list.add(json(item)));
        out.println(json);
      }
      case text -> table(items, out);
    }
    out.flush();
    return 0;
  }

  private int past(AdminSession session, Target target, PrintWriter out) {
    List<Past> versions = new ArrayList<>();
    @Nullable String before = null;
    do {
      HistoryPage page =
          session.await(session.service().history(new HistoryRequest(target, before, HISTORY)));
      versions.addAll(page.versions());
      before = page.next();
    } while (before != null);
    if (versions.isEmpty()) {
      spec.commandLine()
          .getErr()
          .println(
              "herald: the store never had "
                  + kind
                  + " "
                  + name
                  + "; of one that was deleted, write the kind in full, such as"
                  + " security.istio.io/PeerAuthentication");
      return 1;
    }
    ObjectNode json = AdminJson.object();
    ArrayNode list = json.putArray("versions");
    for (Past past : versions) {
      switch (form) {
        case json -> list.add(json(past));
        case yaml ->
            out.print(
                "---\n# " + about(past) + "\n" + (past.content() == null ? "" : past.content()));
        case text -> out.println(about(past));
      }
    }
    if (form == Form.json) {
      out.println(json);
    }
    out.flush();
    return 0;
  }

  private static String about(Past past) {
    return past.version()
        + "  "
        + AdminJson.time(past.changedAt())
        + "  "
        + (past.content() == null ? "deleted" : "written")
        + " by "
        + past.changedBy();
  }

  private static ObjectNode json(Past past) {
    return ApplyReport.key(AdminJson.object(), past.key())
        .put("version", past.version())
        .put("changedBy", past.changedBy())
        .put("changedAt", AdminJson.time(past.changedAt()))
        .put("deleted", past.content() == null)
        .put("content", past.content());
  }

  private static String yaml(Item item) {
    return item.content() == null
        ? "# " + item.key() + " stands in " + item.source() + "\n"
        : item.content();
  }

  private static ObjectNode json(Item item) {
    ObjectNode json =
        ApplyReport.key(AdminJson.object(), item.key())
            .put("version", item.version())
            .put("source", item.source())
            .put("changedBy", item.changedBy())
            .put("changedAt", AdminJson.time(item.changedAt()));
    if (item.content() != null) {
      json.set("resource", AdminJson.MAPPER.valueToTree(tree(item.content())));
    }
    return json;
  }

  private static Object tree(String yaml) {
    ProblemCollector problems = new ProblemCollector();
    return new YamlReader(problems)
        .read("store", yaml.getBytes(StandardCharsets.UTF_8))
        .getFirst()
        .value(problems)
        .tree();
  }

  private static void table(List<Item> items, PrintWriter out) {
    TextTable table = new TextTable("KIND", "NAMESPACE", "NAME", "VERSION", "CHANGED", "BY");
    for (Item item : items) {
      table.row(
          item.key().kind().substring(item.key().kind().lastIndexOf('/') + 1),
          item.key().namespace().isEmpty() ? "-" : item.key().namespace(),
          item.key().name(),
          item.version().isEmpty() ? "-" : item.version(),
          item.changedAt() == null ? "-" : String.valueOf(AdminJson.time(item.changedAt())),
          item.version().isEmpty() ? item.source() : item.changedBy());
    }
    table.print(out);
  }
}
