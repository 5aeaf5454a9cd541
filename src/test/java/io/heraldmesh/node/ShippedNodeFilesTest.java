package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The node files that come with Herald say what the reader understands. */
class ShippedNodeFilesTest {
  static List<Path> nodeFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("docker/nodes"))) {
      return Stream.concat(files, Stream.of(Path.of("conf/node.yaml"))).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("nodeFiles")
  void itIsReadWithoutAProblem(Path file) {
    NodeFileReader.Result read = NodeFileReader.read(file);
    assertThat(read.problems().text()).isEmpty();
    assertThat(read.config()).isNotNull();
  }

  @Test
  void controlNodesOfTheComposeFileKnowEachOther() {
    for (String name : List.of("c1", "c2", "c3")) {
      NodeConfig config = NodeFileReader.read(Path.of("docker/nodes", name + ".yaml")).config();
      assertThat(config).isNotNull();
      assertThat(config.name()).isEqualTo(name);
      assertThat(Objects.requireNonNull(config.cluster()).members())
          .extracting(NodeConfig.ClusterPeer::name)
          .containsExactly("c1", "c2", "c3");
    }
  }
}
