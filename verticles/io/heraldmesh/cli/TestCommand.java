package io.heraldmesh.cli;

import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.resource.MeshConfig;
import io.heraldmesh.resource.PolicyTest;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code herald test}: runs PolicyTests against the resources beside them. */
@Command(
    name = "test",
    description = {
      "Run every PolicyTest in PATHs against the resources in PATHs.",
      "The classes are those that the proxy uses, without a mesh and without the network. Ends with 0 when all expectations are",
      "met, 1 when some are not or the resources have errors, 2 when something could not be read",
      "or there is no PolicyTest."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TestCommand implements Callable<Integer> {
  private static final TrustDomain LOCAL = new TrustDomain(MeshConfig.DEFAULT_TRUST_DOMAIN);
  private static final int PASSED = 0;
  private static final int FAILED = 1;
  private static final int UNREADABLE = 2;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description = "Files, and folders of YAML: resources and PolicyTests.")
  private List<Path> paths;

  @Option(
      names = "--jwks",
      paramLabel = "URI=FILE",
      description = "The key set to use for a jwksUri or issuer; repeatable.")
  private List<String> jwks = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text, json or junit (default: text).")
  private Output output = Output.text;

  @Option(
      names = "--junit",
      paramLabel = "FILE",
      description = "Write the report as JUnit XML to this file, too.")
  private @Nullable Path junit;

  /** The forms of a report, named as they are written on the command line. */
  enum Output {
    text,
    json,
    junit
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    KeySetFiles keys = KeySetFiles.read(jwks);
    Resources resources = ResourceReader.read(paths);
    err.print(resources.problems().text());
    err.flush();
    if (resources.problems().hasErrors()) {
      return resources.problems().hasUnreadable() ? UNREADABLE : FAILED;
    }
    if (resources.of(PolicyTest.class).isEmpty()) {
      throw new UsageException(
          "no PolicyTest in " + paths + "; name the files that hold kind: PolicyTest");
    }
    MeshCompiler compiler = new MeshCompiler(LOCAL);
    keys.unnamed(compiler.jwtRules(resources))
        .forEach(uri -> err.println("--jwks " + uri + ": no rule takes its keys from there"));
    PolicyTestReport report =
        new PolicyTestReport(
            new PolicyTestRun(compiler, resources, keys, Crypto.preferred(), InstantSource.system())
                .all());
    switch (output) {
      case text -> out.print(report.text());
      case json -> out.println(report.json());
      case junit -> out.print(JunitReport.of(report));
    }
    out.flush();
    err.flush();
    write(report);
    return report.failed() == 0 ? PASSED : FAILED;
  }

  private void write(PolicyTestReport report) {
    if (junit != null) {
      try {
        Files.writeString(junit, JunitReport.of(report));
      } catch (IOException e) {
        throw GivenFile.unwritable(junit, e);
      }
    }
  }
}
