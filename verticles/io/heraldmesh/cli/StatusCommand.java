package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.bus.AdminCertificates.Certificate;
import io.heraldmesh.bus.AdminCertificates.State;
import io.heraldmesh.bus.AdminNodes.Node;
import io.heraldmesh.bus.AdminNodes.NodePage;
import io.heraldmesh.bus.AdminNodes.NodesRequest;
import io.heraldmesh.bus.AdminNodes.Status;
import io.heraldmesh.bus.AdminNodes.StatusRequest;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.SharedKeySets.SharedKeySetsRequest;
import io.vertx.core.Future;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald status}: what is in force, what lags and why, what breaks next. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Show whether what should be in force is, which node lags and why, which certificate ends next,",
      "how fresh the keys of token issuers are, and what problems there are. Ends with 1 when something lags, is overdue, or is not distributed."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class StatusCommand implements Callable<Integer> {
  private static final int FEW = 3;

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
          String self = session.self();
          if (self != null) {
            return new OwnStatus(self, session.await(own(session.service())).nodes())
                .print(output, spec.commandLine().getOut());
          }
          Status status = session.await(session.service().status(new StatusRequest()));
          KeySetLines keys = new KeySetLines(session.await(keySets(session.service())));
          PrintWriter out = spec.commandLine().getOut();
          switch (output) {
            case text -> text(status, keys, out);
            case json -> out.println(json(status, keys));
          }
          out.flush();
          return isGood(status) ? 0 : 1;
        });
  }

  /** A node is shown no other one. */
  private static Future<NodePage> own(AdminService service) {
    return service.nodes(new NodesRequest(null, false, 1));
  }

  /** None from a control node of a version before this one. */
  private static Future<SharedKeySets> keySets(AdminService service) {
    return service
        .keySets(new SharedKeySetsRequest())
        .recover(
            e ->
                BusFailure.UNKNOWN_TYPE.is(e)
                    ? Future.succeededFuture(SharedKeySets.NONE)
                    : Future.failedFuture(e));
  }

  private static boolean isGood(Status status) {
    return status.inForce() == status.nodes()
        && isDistributed(status)
        && status.overdue() == 0
        && status.expired() == 0;
  }

  private static boolean isDistributed(Status status) {
    return isCompiled(status) && status.notDistributed() == null;
  }

  /** Says nothing of what stands in a folder. */
  private static boolean isCompiled(Status status) {
    return compare(status.compiled(), status.stored()) >= 0;
  }

  private static int compare(@Nullable String left, String right) {
    if (left == null) {
      return -1;
    }
    String[] l = left.split("\\.", 2);
    String[] r = right.split("\\.", 2);
    int byEpoch = Long.compare(Long.parseLong(l[0]), Long.parseLong(r[0]));
    return byEpoch != 0 ? byEpoch : Long.compare(Long.parseLong(l[1]), Long.parseLong(r[1]));
  }

  private static void text(Status status, KeySetLines keys, PrintWriter out) {
    out.println(
        "policy        revision "
            + (status.revision() == null ? "none yet" : status.revision())
            + " in force on "
            + status.inForce()
            + " of "
            + status.nodes()
            + " nodes");
    out.println("resources     " + resources(status));
    for (Node node : status.laggards()) {
      out.println("lags          " + node.name() + ": " + node.reason());
    }
    int more = status.nodes() - status.inForce() - status.laggards().size();
    if (more > 0) {
      out.println("lags          and " + more + " more");
    }
    for (Node node : status.left()) {
      out.println("left          " + node.name() + ": " + node.reason());
    }
    for (Node node : status.stale()) {
      out.println(
          "stale         "
              + node.name()
              + ": silent since "
              + (node.lastSeen() == null
                  ? "before this control plane started"
                  : AdminJson.time(node.lastSeen()))
              + "; its endpoints stay, a service has no others");
    }
    certificates(status, out);
    keys.text(out);
    if (status.problems().isEmpty()) {
      out.println("problems      none");
    }
    for (String problem : status.problems()) {
      out.println("problem       " + problem);
    }
    if (status.moreProblems() > 0) {
      out.println("problem       and " + status.moreProblems() + " more");
    }
  }

  private static String resources(Status status) {
    if (isDistributed(status)) {
      return "the last change is distributed";
    }
    return isCompiled(status)
        ? "the newest change is not distributed, see the problems"
        : "the change of " + status.stored() + " is not distributed yet, see the problems";
  }

  private static void certificates(Status status, PrintWriter out) {
    if (status.expired() > 0) {
      out.println("certificates  " + status.expired() + " EXPIRED or missing; see herald certs");
    }
    if (status.overdue() > 0) {
      out.println("certificates  " + status.overdue() + " overdue for renewal; see herald certs");
    }
    List<Certificate> next =
        status.expiring().stream().filter(c -> c.state() != State.EXPIRED).limit(FEW).toList();
    for (Certificate certificate : next) {
      out.println(
          "ends next     "
              + AdminJson.time(certificate.notAfter())
              + "  "
              + certificate.identity()
              + " on "
              + certificate.node()
              + (certificate.state() == State.OVERDUE ? "  OVERDUE" : ""));
    }
  }

  private static ObjectNode json(Status status, KeySetLines keys) {
    ObjectNode json = AdminJson.object();
    json.put("inForce", status.inForce() == status.nodes() && isDistributed(status));
    json.put("revision", status.revision());
    json.put("stored", status.stored());
    json.put("distributed", status.compiled());
    json.put("nodes", status.nodes());
    json.put("nodesInForce", status.inForce());
    ArrayNode laggards = json.putArray("laggards");
    status.laggards().forEach(node -> ApplyReport.node(laggards.addObject(), node));
    ArrayNode left = json.putArray("left");
    status.left().forEach(node -> ApplyReport.node(left.addObject(), node));
    ArrayNode stale = json.putArray("stale");
    status.stale().forEach(node -> ApplyReport.node(stale.addObject(), node));
    ArrayNode expiring = json.putArray("expiring");
    status.expiring().forEach(c -> IssuedView.json(expiring.addObject(), c));
    json.put("overdue", status.overdue());
    json.put("expired", status.expired());
    keys.json(json);
    json.set("problems", AdminJson.MAPPER.valueToTree(status.problems()));
    json.put("moreProblems", status.moreProblems());
    return json;
  }
}
