package io.heraldmesh.cli;

import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.enrol.Enrolled;
import io.heraldmesh.enrol.EnrolmentClient;
import io.heraldmesh.enrol.Joining;
import io.heraldmesh.enrol.JoiningProof;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.node.StartFailure;
import io.heraldmesh.node.StateDir;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.proxy.HostPort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald join}: gets this node its identity, by a token or a certificate. */
@Command(
    name = "join",
    mixinStandardHelpOptions = true,
    description = {
      "Get this node its identity, by a token of herald token create or a certificate of another",
      "authority that the control nodes know, and keep it in DIR/node.",
      "The control node must be of the pinned root: the token is shown to nobody else.",
      "Ends with 1 when the control node refuses, 3 when none can be reached or believed."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class JoinCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--control",
      required = true,
      paramLabel = "HOST[:PORT]",
      description = "A control node; repeatable, the first that can be reached counts.")
  private List<String> control;

  @Option(
      names = "--name",
      required = true,
      paramLabel = "NAME",
      description = "Of this node: the metadata.name of its node file.")
  private String name;

  @Option(
      names = "--pin",
      required = true,
      paramLabel = "sha256:HEX",
      description = "Fingerprint of the mesh's root, as herald token create and ca show print it.")
  private String pin;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      defaultValue = "/var/lib/herald",
      description = "The node's stateDir, made 0700 (default: ${DEFAULT-VALUE}).")
  private Path stateDir;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "30s",
      converter = TimeOption.class,
      description = {
        "How long to try again while no control node can be reached or it is too busy",
        "(default: ${DEFAULT-VALUE})."
      })
  private Duration wait;

  @ArgGroup(multiplicity = "1")
  private ProofOption proof;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private LintCommand.Output output = LintCommand.Output.text;

  @Override
  public Integer call() {
    List<HostPort> where = control.stream().map(ControlAddress::parse).distinct().toList();
    Fingerprint root = pin();
    Crypto crypto = Crypto.preferred();
    JoiningProof shown = proof.read(crypto);
    Path folder = stateDir.toAbsolutePath();
    try (StateDir taken = StateDir.open(folder);
        JoinAttempts attempts =
            new JoinAttempts(
                vertx -> new EnrolmentClient(vertx, crypto, InstantSource.system(), root),
                where,
                name,
                shown,
                wait,
                this::say)) {
      Enrolled enrolled =
          new Joining(taken.path(), crypto, this::say)
              .join(name, InstantSource.system().instant(), shown, attempts::ask);
      print(enrolled, NodeIdentity.in(taken.path()).folder());
      return 0;
    } catch (JoinAttempts.Refused e) {
      say("refused: " + e.getMessage());
      return 1;
    } catch (InvalidCertificate e) {
      throw StartFailure.cannotStart(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw StartFailure.cannotStart("cannot write to " + folder + ": " + e.getMessage());
    }
  }

  private void say(String line) {
    spec.commandLine().getErr().println("herald: " + line);
  }

  private Fingerprint pin() {
    try {
      return Fingerprint.parse(pin);
    } catch (InvalidIdentity e) {
      throw new UsageException("--pin: " + e.getMessage());
    }
  }

  private void print(Enrolled enrolled, Path folder) {
    var leaf = enrolled.chain().getFirst();
    String until = String.valueOf(AdminJson.time(leaf.getNotAfter().toInstant()));
    switch (output) {
      case text ->
          spec.commandLine()
              .getOut()
              .println("joined as " + enrolled.id() + " until " + until + ", kept in " + folder);
      case json ->
          spec.commandLine()
              .getOut()
              .println(
                  AdminJson.object()
                      .put("id", enrolled.id().toString())
                      .put("serial", leaf.getSerialNumber().toString(16))
                      .put("notAfter", until)
                      .put("folder", folder.toString()));
    }
    spec.commandLine().getOut().flush();
  }
}
