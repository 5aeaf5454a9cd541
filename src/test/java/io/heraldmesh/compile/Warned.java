package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.problem.Problem;
import java.util.List;
import java.util.stream.Stream;

/** What {@code lint} warns of between resources. */
final class Warned {
  private Warned() {}

  static List<Problem> of(String... documents) {
    return CrossChecks.check(read(documents)).warnings();
  }

  /** Exactly one warning, with this code, at this field, and these words in its text. */
  static void once(String code, String field, List<Problem> warnings, String... words) {
    assertThat(warnings)
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.code().id()).isEqualTo(code);
              assertThat(p.at().field()).isEqualTo(field);
              assertThat(p.at().file()).isEqualTo("test.yaml");
              Stream.of(words).forEach(word -> assertThat(p.text()).contains(word));
              assertThat(p.hint()).isNotBlank();
            });
  }
}
