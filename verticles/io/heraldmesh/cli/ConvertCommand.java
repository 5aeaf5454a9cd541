package io.heraldmesh.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heraldmesh.convert.Conversion;
import io.heraldmesh.convert.Difference;
import io.heraldmesh.convert.PolicyConverter;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code herald convert PATH…}: v1alpha1 policies as current kinds. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    description = {
      "Turn v1alpha1 Policy and MeshPolicy into the current kinds.",
      "PeerAuthentication, RequestAuthentication and AuthorizationPolicy go to standard output. Every place where they mean something else is",
      "listed on standard error, and in the JSON. Read along the Services that policies name.",
      "Ends with 0 when all were converted, 1 when some could not be or the input has errors,",
      "2 when something could not be read."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ConvertCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files, and folders of YAML.")
  private List<Path> paths;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "yaml or json (default: yaml).")
  private Output output = Output.yaml;

  /** The forms of a result, named as they are written on the command line. */
  enum Output {
    yaml,
    json
  }

  @Override
  public Integer call() throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Resources resources = ResourceReader.read(paths);
    err.print(resources.problems().text());
    err.flush();
    if (resources.problems().hasErrors()) {
      return resources.problems().hasUnreadable() ? 2 : 1;
    }
    Conversion conversion = PolicyConverter.convert(resources);
    conversion.differences().forEach(difference -> err.println(difference.text()));
    err.flush();
    switch (output) {
      case yaml -> out.print(yaml(conversion));
      case json -> out.println(JSON.writeValueAsString(json(conversion)));
    }
    out.flush();
    return conversion.isWhole() ? 0 : 1;
  }

  private static String yaml(Conversion conversion) {
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setExplicitStart(true)
            .setWidth(4096)
            .build();
    return new Dump(settings).dumpAllToString(conversion.resources().iterator());
  }

  private static Map<String, Object> json(Conversion conversion) {
    return Map.of(
        "resources",
        conversion.resources(),
        "differences",
        conversion.differences().stream().map(ConvertCommand::json).toList());
  }

  private static Map<String, Object> json(Difference difference) {
    return Map.of(
        "file", difference.at().file(),
        "line", difference.at().line(),
        "column", difference.at().column(),
        "field", difference.at().field(),
        "kind", difference.kind().name().toLowerCase(Locale.ROOT),
        "message", difference.message(),
        "hint", difference.hint());
  }
}
