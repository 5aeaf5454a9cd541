package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.capture.CaptureFailure;
import io.heraldmesh.capture.CaptureSettings;
import io.heraldmesh.capture.PacketFilter;
import io.heraldmesh.capture.ShownRules;
import io.heraldmesh.node.NodeConfig;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.node.StartFailure;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald capture install|remove|show}: leads a machine's calls through its proxy. */
@Command(
    name = "capture",
    mixinStandardHelpOptions = true,
    description = {
      "Lead this machine's calls through its proxy, by nftables or, where only that is, iptables.",
      "Needs root. Ends with 3 when the system refuses."
    },
    subcommands = {
      CaptureCommand.Install.class,
      CaptureCommand.Remove.class,
      CaptureCommand.Show.class
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CaptureCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "write install, remove or show after capture");
  }

  /** Which of the system's two tools. */
  enum Backend {
    auto,
    nft,
    iptables
  }

  /** What the three have in common. */
  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  abstract static class Action implements Callable<Integer> {
    @Spec CommandSpec spec;

    @Option(
        names = "--backend",
        paramLabel = "TOOL",
        description = "auto, nft or iptables (default: auto, which prefers nft).")
    Backend backend = Backend.auto;

    PacketFilter filter() {
      return switch (backend) {
        case auto -> PacketFilter.ofThisMachine();
        case nft -> PacketFilter.nft();
        case iptables -> PacketFilter.iptables();
      };
    }

    PrintWriter out() {
      return spec.commandLine().getOut();
    }

    PrintWriter err() {
      return spec.commandLine().getErr();
    }

    @Override
    public final Integer call() {
      try {
        return act();
      } catch (CaptureFailure e) {
        throw StartFailure.cannotStart(e.getMessage() == null ? "capture failed" : e.getMessage());
      } finally {
        out().flush();
      }
    }

    abstract int act();
  }

  /** {@code capture install}. */
  @Command(
      name = "install",
      mixinStandardHelpOptions = true,
      description = {
        "Put the rules there that the node file asks for, in place of earlier ones.",
        "Ends with 1 when the file has problems or asks for none."
      })
  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  static final class Install extends Action {
    @Option(
        names = "--config",
        required = true,
        paramLabel = "FILE",
        description = "The node file; see docs/node-file.md.")
    private Path config;

    @Option(names = "--dry-run", description = "Print the rules, change nothing.")
    private boolean dryRun;

    @Mixin private CaptureOptions options;

    @Override
    int act() {
      NodeFileReader.Result read = NodeFileReader.read(config, options.sockets());
      err().print(read.problems().text());
      err().flush();
      @Nullable NodeConfig node = read.config();
      if (node == null) {
        return 1;
      }
      @Nullable String warning = options.warning(node.capture());
      if (warning != null) {
        err().println("herald: warning: " + warning);
        err().flush();
      }
      CaptureSettings settings = CapturePlan.of(node, options.over(node.capture()));
      if (dryRun) {
        PacketFilter filter = backend == Backend.auto ? PacketFilter.forPlan() : filter();
        out().print(filter.plan(settings));
        return 0;
      }
      PacketFilter.mustBeAllowed();
      PacketFilter filter = filter();
      filter.install(settings);
      PacketFilter.removeAllBut(filter);
      err().println("herald: capture is in force; \"herald capture remove\" takes it away");
      return 0;
    }
  }

  /** {@code capture remove}. */
  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Take away all that install put there. Nothing there is no error.")
  static final class Remove extends Action {
    @Override
    int act() {
      PacketFilter.mustBeAllowed();
      if (backend == Backend.auto) {
        PacketFilter.removeAll();
      } else {
        filter().remove();
      }
      return 0;
    }
  }

  /** {@code capture show}. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Print the rules in force. Ends with 1 when there are none.")
  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  static final class Show extends Action {
    /** The forms of a result, named as they are written on the command line. */
    enum Output {
      text,
      json
    }

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FORMAT",
        description = "text, as the system shows them, or json (default: text).")
    private Output output = Output.text;

    @Override
    int act() {
      PacketFilter.mustBeAllowed();
      PacketFilter filter = backend == Backend.auto ? PacketFilter.inForce() : filter();
      Optional<ShownRules> rules = filter.show();
      switch (output) {
        case text -> rules.ifPresent(shown -> out().println(shown.text()));
        case json -> out().println(json(filter.tool(), rules));
      }
      if (rules.isEmpty()) {
        err().println("herald: nothing is captured on this machine");
      }
      return rules.isPresent() ? 0 : 1;
    }
  }

  /** One line: whether calls are captured, by which tool, and each rule in order. */
  static String json(String tool, Optional<ShownRules> rules) {
    ObjectNode shown = AdminJson.object();
    shown.put("captured", rules.isPresent());
    shown.put("backend", tool);
    ArrayNode all = shown.putArray("rules");
    rules.ifPresent(
        some ->
            some.rules()
                .forEach(
                    rule ->
                        all.addObject()
                            .put("table", rule.table())
                            .put("chain", rule.chain())
                            .put("rule", rule.rule())));
    return shown.toString();
  }
}
