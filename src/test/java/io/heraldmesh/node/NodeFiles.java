package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Node files that a test writes and reads. */
record NodeFiles(Path folder) {
  private static final String HEAD =
      "apiVersion: herald.io/v1alpha1\nkind: Node\nmetadata: {name: node-1}\nspec:\n";

  /** The least that a node file says: 6 lines, to which more of {@code spec} can be added. */
  static final String LEAST = HEAD + "  stateDir: state\n  resources: resources\n";

  /** What a good file says. */
  NodeConfig read(String yaml) throws IOException {
    NodeFileReader.Result result = result(yaml);
    assertThat(result.problems().errors()).isEmpty();
    NodeConfig config = result.config();
    assertThat(config).isNotNull();
    return config;
  }

  String problems(String yaml) throws IOException {
    return result(yaml).problems().text();
  }

  /** A line of {@code spec} is refused, with its place, and nothing is read. */
  void refuses(String line, String field, String message) throws IOException {
    NodeFileReader.Result result = result(LEAST + "  " + line + "\n");
    assertThat(result.config()).isNull();
    assertThat(result.problems().errors())
        .anySatisfy(
            p -> {
              assertThat(p.at().line()).isEqualTo(7);
              assertThat(p.at().field()).contains(field);
              assertThat(p.text()).contains(message);
            });
  }

  private NodeFileReader.Result result(String yaml) throws IOException {
    return NodeFileReader.read(Files.writeString(folder.resolve("node.yaml"), yaml));
  }
}
