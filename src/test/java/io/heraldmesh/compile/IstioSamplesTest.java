package io.heraldmesh.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.SharedData;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.read.ResourceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Warnings between resources on files that other people wrote: those that are right, no more. */
class IstioSamplesTest {
  private static final String ANALYZER =
      "istio/istio-istio/pkg/config/analysis/analyzers/testdata/authorizationpolicies.yaml";

  @Test
  void whatIstiosAnalyzerFindsInItsOwnExampleIsFoundHere() throws IOException {
    List<String> found =
        warnings(SharedData.file(ANALYZER)).stream()
            .filter(p -> p.code().id().matches("HLD08(01|11)"))
            .map(p -> p.at().line() + " " + p.code().id() + " " + p.at().field())
            .toList();
    assertThat(found)
        .containsExactly(
            "105 HLD0801 spec.selector",
            "161 HLD0801 spec.selector",
            "216 HLD0811 spec.rules[0].from[1].source.notNamespaces[2]",
            "217 HLD0811 spec.rules[0].from[1].source.notNamespaces[3]",
            "249 HLD0811 spec.rules[0].from[1].source.namespaces[2]",
            "250 HLD0811 spec.rules[0].from[1].source.namespaces[3]",
            "283 HLD0801 spec.selector");
  }

  @Test
  void istiosSamplesAreNotWarnedOf() throws IOException {
    List<Problem> found = new ArrayList<>();
    for (String folder : List.of("istio/istio-istio/samples", "istio/istio-istio/tests")) {
      for (Path file : files(SharedData.file(folder))) {
        found.addAll(warnings(file));
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void ourOwnExamplesAreNotWarnedOf() throws IOException {
    assertThat(warnings(Path.of("conf/demo"))).isEmpty();
    assertThat(warnings(Path.of("conf/resources"))).isEmpty();
  }

  private static List<Problem> warnings(Path path) {
    Resources read = ResourceReader.read(List.of(path));
    return read.problems().hasErrors()
        ? List.of()
        : CrossChecks.check(read).and(read.problems()).warnings().stream()
            .filter(p -> !p.code().id().equals("HLD0201"))
            .toList();
  }

  /** Templates are not YAML yet. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(f -> f.toString().endsWith(".yaml"))
          .filter(f -> !contains(f, "{{"))
          .sorted()
          .toList();
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.readString(file).contains(text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
