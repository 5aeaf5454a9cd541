package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.node.NodeConfig.ClusterConfig;
import io.heraldmesh.node.NodeConfig.ClusterPeer;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.resource.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code spec.cluster}: which control nodes this one is among. */
class ClusterSectionTest {
  private static final String DATABASE =
      "  database: {postgres: {url: postgresql://db:5432/herald, user: herald}}\n";
  private static final String LEAST =
      """
        cluster:
          listen: 10.0.0.1:5701
          members:
          - {name: node-1, address: 10.0.0.1:5701}
          - {name: node-2, address: "[fd00::2]:5701"}
      """;

  @TempDir Path folder;

  @Test
  void whatIsNotSaidHasItsDefault() throws IOException {
    ClusterConfig cluster = cluster(DATABASE + LEAST);
    assertThat(cluster)
        .isEqualTo(
            new ClusterConfig(
                new HostPort("10.0.0.1", 5701),
                null,
                List.of(
                    new ClusterPeer("node-1", new HostPort("10.0.0.1", 5701)),
                    new ClusterPeer("node-2", new HostPort("fd00::2", 5701))),
                new HostPort("10.0.0.1", 5702),
                null,
                null));
  }

  @Test
  void everyFieldIsTakenOver() throws IOException {
    ClusterConfig cluster =
        Objects.requireNonNull(
            cluster(
                DATABASE
                    + LEAST.replace(
                        "    members:",
                        "    publicAddress: 203.0.113.1:15701\n"
                            + "    eventBus: {listen: \"10.0.0.1:0\", publicHost: c1.example}\n"
                            + "    config: kubernetes.xml\n"
                            + "    members:")));
    assertThat(cluster.publicAddress()).isEqualTo(new HostPort("203.0.113.1", 15701));
    assertThat(cluster.eventBus()).isEqualTo(new HostPort("10.0.0.1", 0));
    assertThat(cluster.eventBusPublicHost()).isEqualTo("c1.example");
    assertThat(cluster.config()).isEqualTo(folder.resolve("kubernetes.xml"));
  }

  @Test
  void aNodeWithoutTheSectionIsAlone() throws IOException {
    assertThat(cluster(DATABASE)).isNull();
  }

  @Test
  void controlNodesShareADatabase() throws IOException {
    assertThat(problems(LEAST)).singleElement().asString().contains("share a database");
    assertThat(problems("  database: {sqlite: own.db}\n" + LEAST)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listen: 10.0.0.1:5701 | listen: 10.0.0.1:0 | must know the port",
        "listen: 10.0.0.1:5701 | listen: 5701 | host:port",
        "listen: 10.0.0.1:5701 | listen: 0.0.0.0:5701 | cannot find each other at 0.0.0.0",
        "listen: 10.0.0.1:5701 | listen: \"[::]:5701\" | cannot find each other at ::",
        "name: node-1 | name: node-3 | not among the members",
        "name: node-2 | name: node-1 | stands here twice",
        "name: node-2, | nam: node-2, | nam",
        "listen: | lissten: | lissten",
      })
  void aMistakeIsNamedWithItsPlace(String right, String wrong, String message) throws IOException {
    assertThat(problems(DATABASE + LEAST.replace(right, wrong)))
        .anySatisfy(
            problem ->
                assertThat(problem.text()).contains(message).contains(folder + "/node.yaml:"));
  }

  @Test
  void anEventBusAtAnyAddressSaysWhereItIsReached() throws IOException {
    String any = LEAST.replace("    members:", "    eventBus: {listen: 0.0.0.0:0}\n    members:");
    assertThat(problems(DATABASE + any))
        .singleElement()
        .asString()
        .contains("told to call 0.0.0.0");
    assertThat(cluster(DATABASE + any.replace(":0}", ":0, publicHost: c1.example}"))).isNotNull();
  }

  private @Nullable ClusterConfig cluster(String spec) throws IOException {
    return Objects.requireNonNull(read(spec).config()).cluster();
  }

  private List<Problem> problems(String spec) throws IOException {
    NodeFileReader.Result result = read(spec);
    assertThat(result.config()).isNull();
    return result.problems().errors();
  }

  private NodeFileReader.Result read(String spec) throws IOException {
    Path file = folder.resolve("node.yaml");
    Files.writeString(
        file,
        "apiVersion: herald.io/v1alpha1\nkind: Node\nmetadata: {name: node-1}\nspec:\n"
            + "  stateDir: state\n  resources: resources\n"
            + spec);
    return NodeFileReader.read(file);
  }
}
