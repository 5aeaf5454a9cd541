package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminResources.ApplyRequest;
import io.heraldmesh.bus.AdminResources.Expected;
import io.heraldmesh.bus.AdminResources.File;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code herald apply -f PATH}: brings resources into the store, all of them or none. */
@Command(
    name = "apply",
    mixinStandardHelpOptions = true,
    description = {
      "Create and change resources, all of them or none.",
      "Ends with 0 when it is done, 1 when it was refused or, with --wait, is not in force in time,",
      "2 when a file cannot be read, 3 when no control node can be reached."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ApplyCommand implements Callable<Integer> {
  @Mixin private AdminOptions admin;
  @Mixin private ChangeOptions change;

  @Option(
      names = {"-f", "--filename"},
      required = true,
      paramLabel = "PATH",
      description = "File, folder of YAML, or - for standard input; repeatable.")
  private List<String> paths;

  @Option(
      names = "--if-version",
      paramLabel = "VERSION",
      description =
          "Only when what is there is at this version, as herald get shows it; none: only when it"
              + " is not there.")
  private @Nullable String ifVersion;

  @Override
  public Integer call() {
    List<File> files = ResourceFiles.read(paths);
    return admin.with(
        session ->
            change.finish(
                session,
                session
                    .await(
                        session
                            .service()
                            .apply(new ApplyRequest(files, expected(files), change.dryRun())))
                    .outcome()));
  }

  private List<Expected> expected(List<File> files) {
    String version = ifVersion;
    return version == null
        ? List.of()
        : ResourceFiles.keys(files).stream()
            .map(key -> new Expected(key, version.equals("none") ? "" : version))
            .toList();
  }
}
