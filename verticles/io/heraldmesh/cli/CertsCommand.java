package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.bus.AdminCertificates.Certificate;
import io.heraldmesh.bus.AdminCertificates.CertificatePage;
import io.heraldmesh.bus.AdminCertificates.CertificatesRequest;
import io.heraldmesh.bus.AdminCertificates.State;
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

/** {@code herald certs}: the certificates that nodes hold, soonest end first. */
@Command(
    name = "certs",
    mixinStandardHelpOptions = true,
    description = {
      "Show the newest certificate of each identity on each node, soonest end first.",
      "Ends with 1 when one has ended or should have been renewed by now."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CertsCommand implements Callable<Integer> {
  private static final int PAGE = 500;

  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin;

  @Option(names = "--node", paramLabel = "NAME", description = "Those of one node.")
  private @Nullable String node;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private LintCommand.Output output = LintCommand.Output.text;

  @Override
  public Integer call() {
    return admin.with(
        session -> {
          List<Certificate> all = new ArrayList<>();
          @Nullable String after = null;
          do {
            CertificatePage page =
                session.await(
                    session.service().certificates(new CertificatesRequest(node, after, PAGE)));
            all.addAll(page.certificates());
            after = page.next();
          } while (after != null);
          print(all);
          return all.stream().allMatch(c -> c.state() == State.GOOD) ? 0 : 1;
        });
  }

  private void print(List<Certificate> all) {
    switch (output) {
      case text -> {
        TextTable table = new TextTable("ENDS", "STATE", "NODE", "IDENTITY", "SERIAL");
        for (Certificate certificate : all) {
          table.row(
              String.valueOf(AdminJson.time(certificate.notAfter())),
              word(certificate.state()),
              certificate.node(),
              certificate.identity(),
              certificate.serial());
        }
        table.print(spec.commandLine().getOut());
      }
      case json -> {
        ObjectNode json = AdminJson.object();
        ArrayNode list = json.putArray("certificates");
        all.forEach(certificate -> json(list.addObject(), certificate));
        spec.commandLine().getOut().println(json);
      }
    }
    spec.commandLine().getOut().flush();
  }

  static void json(ObjectNode json, Certificate certificate) {
    json.put("node", certificate.node())
        .put("identity", certificate.identity())
        .put("serial", certificate.serial())
        .put("issuedAt", AdminJson.time(certificate.issuedAt()))
        .put("notAfter", AdminJson.time(certificate.notAfter()))
        .put("state", word(certificate.state()));
  }

  private static String word(State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
