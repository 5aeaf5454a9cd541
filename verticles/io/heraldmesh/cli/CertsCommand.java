package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminCertificates.Certificate;
import io.heraldmesh.bus.AdminCertificates.CertificatePage;
import io.heraldmesh.bus.AdminCertificates.CertificatesRequest;
import io.heraldmesh.bus.AdminCertificates.InUse;
import io.heraldmesh.bus.AdminCertificates.InUsePage;
import io.heraldmesh.bus.AdminCertificates.InUseRequest;
import io.heraldmesh.bus.AdminCertificates.Unreported;
import io.heraldmesh.bus.AdminNodes.NodePage;
import io.heraldmesh.bus.AdminNodes.NodesRequest;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald certs}: which certificate breaks next. */
@Command(
    name = "certs",
    mixinStandardHelpOptions = true,
    description = {
      "Show the certificates in use, as each node says itself, soonest end first; of a node that",
      "says nothing, what was issued to it last. Ends with 1 when one is missing, has ended or",
      "should have been renewed by now, a node says nothing, or nobody knows the one of --node."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CertsCommand implements Callable<Integer> {
  private static final int PAGE = 500;

  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin;

  @Option(names = "--node", paramLabel = "NAME", description = "Those of one node.")
  private @Nullable String node;

  @Option(
      names = "--issued",
      description = {
        "Show the newest certificate that was issued for each identity on each node instead,",
        "whatever became of it; ends with 1 when one has ended or should have been renewed."
      })
  private boolean issued;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private LintCommand.Output output = LintCommand.Output.text;

  @Override
  public Integer call() {
    return admin.with(
        session -> {
          PrintWriter out = spec.commandLine().getOut();
          if (issued) {
            IssuedView view = new IssuedView(issued(session));
            return told(session, view.isEmpty(), () -> view.print(output, out));
          }
          InUseView view = inUse(session);
          return told(session, view.isEmpty(), () -> view.print(output, out));
        });
  }

  /** Prints what there is, or that nobody knows the node; a program gets an object even then. */
  private int told(AdminSession session, boolean nothing, IntSupplier print) {
    String name = node;
    boolean unknown = nothing && name != null && !isKnown(session, name);
    int code = unknown && output == LintCommand.Output.text ? 1 : print.getAsInt();
    if (unknown) {
      spec.commandLine().getErr().println("herald: nothing is known of node " + name);
    }
    return unknown ? 1 : code;
  }

  /** Also one that uses nothing, such as one that took its leave. */
  private static boolean isKnown(AdminSession session, String name) {
    // Next to it in the order of names.
    @Nullable String after = name.substring(0, Math.max(0, name.length() - 1));
    do {
      NodePage page = session.await(session.service().nodes(new NodesRequest(after, false, PAGE)));
      if (page.nodes().stream().anyMatch(one -> one.name().equals(name))) {
        return true;
      }
      after = page.next();
    } while (after != null && after.compareTo(name) < 0);
    return false;
  }

  private List<Certificate> issued(AdminSession session) {
    List<Certificate> all = new ArrayList<>();
    @Nullable String after = null;
    do {
      CertificatePage page =
          session.await(session.service().certificates(new CertificatesRequest(node, after, PAGE)));
      all.addAll(page.certificates());
      after = page.next();
    } while (after != null);
    return all;
  }

  private InUseView inUse(AdminSession session) {
    List<InUse> all = new ArrayList<>();
    List<Unreported> unreported;
    int more;
    @Nullable String after = null;
    do {
      InUsePage page =
          session.await(session.service().certificatesInUse(new InUseRequest(node, after, PAGE)));
      all.addAll(page.certificates());
      unreported = page.unreported();
      more = page.moreUnreported();
      after = page.next();
    } while (after != null);
    return new InUseView(all, unreported, more, Instant.now());
  }
}
