package io.heraldmesh.conformance.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heraldmesh.SharedData;
import io.heraldmesh.conformance.Conformance;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The inputs of Istio's authorization builder are decided by Herald as by their compiled Envoy
 * filters, on calls of many seeds; a failure names seed and call.
 */
class DifferentialTest {
  private static final String FOLDER =
      "istio/istio-istio/pilot/pkg/security/authz/builder/testdata";
  private static final int CALLS = 40;

  @TempDir Path folder;

  @Property(tries = 8, shrinking = ShrinkingMode.OFF)
  void everyInputIsDecidedAsEnvoyDecidesIt(@ForAll long seed) {
    for (DataFile file : inputs()) {
      assertThat(differences(file, seed, CALLS)).as(file.name()).isEmpty();
    }
  }

  @Test
  void thereAreSevenAndTwentyInputs() {
    assertThat(inputs()).hasSizeGreaterThanOrEqualTo(27);
  }

  /** The comparison has teeth: what Istio would not compile is noticed. */
  @Test
  void aChangedOutputIsNoticed() throws IOException {
    Map<String, List<String>> changes =
        Map.of(
            "http/allow-host-before-111", List.of("not-example", "other-example"),
            "http/allow-path", List.of("exact: /exact", "exact: /other"),
            "http/allow-full-rule", List.of("exact: presenter", "exact: other"),
            "http/deny-and-allow", List.of("action: DENY", "action: ALLOW"),
            "http/dry-run-mix", List.of("exact: /allow", "exact: /else"),
            "http/simple-policy-td-aliases", List.of("spiffe://td1/", "spiffe://td2/"),
            "http/single-policy", List.of("addressPrefix: 10.80.64.0", "addressPrefix: 10.81.64.0"),
            "tcp/allow-both-http-tcp", List.of("destinationPort: 80", "destinationPort: 81"),
            "http/custom-bad-multiple-providers", List.of("exact: /httpbin", "exact: /x"));
    for (Map.Entry<String, List<String>> change : changes.entrySet()) {
      changed(change.getKey(), change.getValue());
      assertThat(failures(change.getKey())).as(change.getKey()).isPositive();
    }
  }

  @Test
  void aSeedGivesTheSameCallsAgain() {
    DataFile file = shared(FOLDER + "/http/allow-full-rule-in.yaml");
    BuilderInput input = BuilderInput.of(file).getFirst();
    assertThat(calls(input, 7)).isEqualTo(calls(input, 7)).isNotEqualTo(calls(input, 8));
  }

  private static List<String> calls(BuilderInput input, long seed) {
    RandomCalls calls =
        new RandomCalls(Vocabulary.of(input.policies()), input.domains(), false, seed);
    calls.sign(new Tokens());
    return Stream.generate(calls::next).limit(20).map(RandomCalls::shown).toList();
  }

  private long failures(String name) throws IOException {
    return new Conformance(List.of(new AuthorizationBuilder()))
        .run(folder).files().stream()
            .filter(f -> f.file().contains(name))
            .mapToLong(f -> f.count(Verdict.FAILED))
            .sum();
  }

  private void changed(String name, List<String> change) throws IOException {
    String base = name.substring(name.indexOf('/') + 1);
    String below = FOLDER + "/" + name.substring(0, name.indexOf('/')) + "/";
    Files.createDirectories(folder.resolve(below));
    DataFile original = shared(FOLDER + "/" + name + "-in.yaml");
    Files.writeString(folder.resolve(below + base + "-in.yaml"), original.text());
    for (String output : List.of("-out", "-out1", "-out2")) {
      DataFile file = shared(FOLDER + "/" + name + output + ".yaml");
      if (file.exists()) {
        Files.writeString(
            folder.resolve(below + base + output + ".yaml"),
            file.text().replace(change.get(0), change.get(1)));
      }
    }
  }

  private static List<String> differences(DataFile file, long seed, int calls) {
    List<String> differences = new ArrayList<>();
    for (BuilderInput input : BuilderInput.of(file)) {
      Differential differential = new Differential(input, seed, calls);
      AuthorizationBuilder.outputs(file, input)
          .forEach(
              (name, filters) -> {
                String difference = differential.whole(filters);
                if (!difference.isEmpty()) {
                  differences.add(name + ": " + difference);
                }
              });
    }
    return differences;
  }

  private static List<DataFile> inputs() {
    Path data = data();
    try (Stream<Path> files = Files.walk(data.resolve(FOLDER))) {
      return files
          .map(f -> data.relativize(f).toString())
          .filter(f -> f.endsWith("-in.yaml"))
          .sorted()
          .map(name -> new DataFile(data, name))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DataFile shared(String name) {
    return new DataFile(data(), name);
  }

  private static Path data() {
    Optional<Path> found = SharedData.folder();
    assumeTrue(found.isPresent(), "shared data is absent, not run");
    return found.orElseThrow();
  }
}
