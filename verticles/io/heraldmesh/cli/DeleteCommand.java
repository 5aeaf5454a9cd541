package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminCertificates.RevokeRegistration;
import io.heraldmesh.bus.AdminCertificates.RevokedRegistration;
import io.heraldmesh.bus.AdminResources.DeleteRequest;
import io.heraldmesh.bus.AdminResources.Deleted;
import io.heraldmesh.bus.AdminResources.File;
import io.heraldmesh.bus.AdminResources.Outcome;
import io.heraldmesh.bus.AdminResources.Target;
import io.heraldmesh.distributor.source.Acceptance;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.resource.read.KindNames;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code herald delete}: takes resources out of the store, all of them or none. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    description = {
      "Delete resources, all of them or none; or revoke a node: delete node NAME.",
      "Ends with 0 when it is done, 1 when one is not there, a file has errors or it was refused."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DeleteCommand implements Callable<Integer> {
  /** As kinds of resources are named: in any case, in the singular or the plural. */
  private static final Set<String> NODE = Set.of("node", "nodes");

  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin;
  @Mixin private ChangeOptions change;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "KIND",
      description = "Such as peerauthentication; node for a node's registration.")
  private @Nullable String kind;

  @Parameters(
      index = "1..*",
      paramLabel = "NAME",
      description = "namespace/name, or the name alone.")
  private List<String> names = List.of();

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NS",
      description = "The namespace of a NAME alone.")
  private @Nullable String namespace;

  @Option(
      names = {"-f", "--filename"},
      paramLabel = "PATH",
      description = "Delete what stands in these files.")
  private List<String> paths = List.of();

  @Option(
      names = "--if-version",
      paramLabel = "VERSION",
      description = "Only when what is there is at this version, as herald get shows it.")
  private @Nullable String ifVersion;

  @Option(
      names = "--workload",
      paramLabel = "NS/SA",
      description = "With node: take back this one only.")
  private @Nullable String workload;

  @Override
  public Integer call() {
    if (kind == null == paths.isEmpty() || kind != null && names.isEmpty()) {
      throw new UsageException("say what to delete: KIND and NAME, or -f PATH");
    }
    if (kind != null && NODE.contains(kind.toLowerCase(Locale.ROOT))) {
      return node();
    }
    if (workload != null) {
      throw new UsageException("--workload is of a node: herald delete node NAME --workload NS/SA");
    }
    return kind == null ? inFiles() : delete(named(kind));
  }

  private int delete(List<Target> targets) {
    List<Deleted> deleted = targets.stream().map(target -> new Deleted(target, ifVersion)).toList();
    return admin.with(
        session ->
            change.finish(
                session,
                session
                    .await(session.service().delete(new DeleteRequest(deleted, change.dryRun())))
                    .outcome()));
  }

  private List<Target> named(String ofKind) {
    if (!KindNames.isKnown(ofKind)) {
      throw new UsageException(
          "there is no kind \""
              + ofKind
              + "\"; use node, or one of "
              + String.join(", ", KindNames.all()));
    }
    return names.stream().map(name -> TargetName.of(ofKind, name, namespace)).toList();
  }

  /** A file of which a part cannot be read may stand for more than what is found in it. */
  private int inFiles() {
    if (namespace != null) {
      throw new UsageException("-n is of a NAME; what stands in files has a namespace of its own");
    }
    List<File> files = ResourceFiles.read(paths);
    Problems problems = ResourceFiles.problems(files);
    if (problems.hasErrors()) {
      return change.print(new Outcome.Refused(Acceptance.Shown.of(problems)), null);
    }
    spec.commandLine().getErr().print(problems.text());
    return delete(
        ResourceFiles.keys(files).stream()
            .map(key -> new Target(key.kind(), key.namespace(), key.name()))
            .toList());
  }

  private int node() {
    if (names.size() != 1
        || change.dryRun()
        || change.isWaitedFor()
        || ifVersion != null
        || namespace != null) {
      throw new UsageException("herald delete node NAME [--workload NS/SA]");
    }
    String name = names.getFirst();
    return admin.with(
        session -> {
          RevokedRegistration answer =
              session.await(
                  session.service().revokeRegistration(new RevokeRegistration(name, workload)));
          switch (change.output()) {
            case json ->
                spec.commandLine()
                    .getOut()
                    .println(
                        AdminJson.object()
                            .put("node", name)
                            .put("revoked", answer.revoked())
                            .put("tokens", answer.tokens())
                            .put("voidBefore", AdminJson.time(answer.voidBefore())));
            case text -> spec.commandLine().getErr().println(told(name, answer));
          }
          return answer.revoked() ? 0 : 1;
        });
  }

  private String told(String name, RevokedRegistration answer) {
    String tokens =
        switch (answer.tokens()) {
          case 0 -> "";
          case 1 -> "; a token that nobody had used is void, too";
          default -> "; " + answer.tokens() + " tokens that nobody had used are void, too";
        };
    if (workload != null) {
      return answer.revoked()
          ? "node "
              + name
              + " gets no certificate for it any more; those it has end soon, see herald certs"
              + tokens
          : "node " + name + " has nothing of the kind";
    }
    if (!answer.revoked()) {
      return answer.voidBefore() == null
          ? "node " + name + " has nothing of the kind"
          : "nothing was known of node "
              + name
              + "; whatever has that name is void from now on, and cut off; a token for it can be"
              + " made again after a minute";
    }
    return "node "
        + name
        + (answer.voidBefore() == null
            ? " has nothing registered any more; it is a control node and keeps its identity"
            : " is revoked: it is cut off and renewed no more; a token for it can be made again"
                + " after a minute")
        + tokens;
  }
}
