package io.heraldmesh.conformance.envoy;

import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The inputs of Istio's authorization builder: decided by Herald as by the Envoy filters that Istio
 * compiles them to, on random requests; whole, and each field of each HTTP rule alone.
 */
public final class AuthorizationBuilder implements Corpus {
  private static final long SEED = 20260101;
  private static final int CALLS = 400;
  private static final Pattern OF_DOMAINS = Pattern.compile("(?i)trustDomain|[.]principal");

  /** Outputs that are not named after their input; a list of one run each. */
  private static final Map<String, List<List<String>>> OUTPUTS =
      Map.of(
          "custom-simple-http",
          List.of(
              List.of("custom-grpc-provider-out1", "custom-grpc-provider-out2"),
              List.of(
                  "custom-grpc-provider-no-namespace-out1",
                  "custom-grpc-provider-no-namespace-out2"),
              List.of("custom-http-provider-out1", "custom-http-provider-out2"),
              List.of("custom-bad-out")));

  @Override
  public boolean reads(DataFile file) {
    return file.name().contains("/authz/builder/testdata/") && file.name().endsWith("-in.yaml");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    run(file, cases, SEED, CALLS);
  }

  /**
   * @param seed of the random calls; the same seed, the same calls
   * @param calls so many for each comparison
   */
  public void run(DataFile file, Cases cases, long seed, int calls) {
    List<BuilderInput> inputs = BuilderInput.of(file);
    for (BuilderInput input : inputs) {
      Differential differential = new Differential(input, seed, calls);
      Map<String, List<RbacFilter>> runs = outputs(file, input);
      runs.forEach(
          (name, filters) ->
              cases.judge(
                  title(name, input),
                  "differential",
                  false,
                  () -> Outcome.unless(differential.whole(filters))));
      if (!input.tcp() && !runs.isEmpty()) {
        boolean first = input.equals(inputs.getFirst());
        single(cases, input, differential, runs.values().iterator().next(), first);
      }
      if (runs.isEmpty()) {
        cases.judge(title("no output", input), "differential", false, () -> without(input));
      }
    }
  }

  /**
   * @param all false: only fields that tell trust domains apart, in a mesh that is not the first
   */
  private static void single(
      Cases cases,
      BuilderInput input,
      Differential differential,
      List<RbacFilter> filters,
      boolean all) {
    List<SingleFields.Field> fields;
    try {
      fields = differential.fields(filters);
    } catch (IllegalArgumentException e) {
      cases.judge(
          title("fields", input),
          "field",
          false,
          () -> Outcome.wrong(String.valueOf(e.getMessage())));
      return;
    }
    for (SingleFields.Field field : fields) {
      if (all || OF_DOMAINS.matcher(field.name()).find()) {
        cases.judge(
            title(field.name(), input),
            "field",
            false,
            () -> Outcome.unless(differential.field(field)));
      }
    }
  }

  /** Istio compiles it to nothing, so that everything passes. */
  private static Outcome without(BuilderInput input) {
    return input.custom() && input.tcp()
        ? new Outcome.Differs("an HTTP provider is not asked about TCP; Herald denies", true)
        : Outcome.notUnderstood("an input without outputs");
  }

  private static String title(String what, BuilderInput input) {
    return what + " in " + input.domains().getFirst();
  }

  static Map<String, List<RbacFilter>> outputs(DataFile file, BuilderInput input) {
    String base = BuilderInput.base(file);
    List<List<String>> names =
        OUTPUTS.getOrDefault(
            input.tcp() ? "" : base,
            List.of(List.of(base + "-out", base + "-out1", base + "-out2")));
    String folder = file.name().substring(0, file.name().lastIndexOf('/') + 1);
    Map<String, List<RbacFilter>> runs = new TreeMap<>();
    for (List<String> run : names) {
      for (String prefix : List.of("", "extended-")) {
        List<DataFile> there =
            run.stream()
                .map(name -> file.other(folder + prefix + name + ".yaml"))
                .filter(DataFile::exists)
                .toList();
        if (!there.isEmpty()) {
          runs.put(prefix + run.getFirst(), filters(there));
        }
      }
    }
    return runs;
  }

  private static List<RbacFilter> filters(List<DataFile> files) {
    return files.stream()
        .flatMap(f -> RbacFilter.parse(Constants.inFilter(f.text())).stream())
        .toList();
  }
}
