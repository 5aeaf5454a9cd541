package io.heraldmesh.node;

import static io.heraldmesh.node.NodeFiles.LEAST;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.enrol.CertificateProofs.KnownNode;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.node.NodeConfig.CertificatesConfig;
import io.heraldmesh.node.NodeConfig.ControlConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeFileControlTest {
  private static final String HASH = "sha256:" + "0a".repeat(32);

  @TempDir Path folder;
  private NodeFiles files;

  @BeforeEach
  void inAFolder() {
    files = new NodeFiles(folder);
  }

  @Test
  void nobodyJoinsByACertificateUnlessTheFileSaysSo() throws IOException {
    ControlConfig control = files.read(LEAST + "  control: {listen: 0.0.0.0:15012}\n").control();
    assertThat(Objects.requireNonNull(control).certificates()).isNull();
  }

  @Test
  void certificatesStandForNodesThatTheFileNames() throws IOException {
    ControlConfig control =
        files
            .read(
                LEAST
                    + """
                      control:
                        listen: 0.0.0.0:15012
                        certificates:
                          roots: machines.pem
                          nodes:
                          - {name: a, certificate: "dns:a.example", workloads: [shop/web, shop/cart]}
                          - {name: b, certificate: "uri:spiffe://old/b"}
                          - {name: c, certificate: "%s"}
                    """
                        .formatted(HASH))
            .control();
    assertThat(Objects.requireNonNull(control).certificates())
        .isEqualTo(
            new CertificatesConfig(
                folder.resolve("machines.pem"),
                List.of(
                    new KnownNode(
                        "dns:a.example",
                        "a",
                        Set.of(
                            new WorkloadIdentity("shop", "web"),
                            new WorkloadIdentity("shop", "cart"))),
                    new KnownNode("uri:spiffe://old/b", "b", Set.of()),
                    new KnownNode(HASH, "c", Set.of()))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{nodes: [{name: a, certificate: 'dns:a'}]} | roots",
        "{roots: r.pem} | nodes",
        "{roots: r.pem, nodes: []} | names no node",
        "{roots: r.pem, nodes: [{name: a}]} | certificate",
        "{roots: r.pem, nodes: [{certificate: 'dns:a'}]} | name",
        "{roots: r.pem, nodes: [{name: a, certificate: a.example}]} | names no certificate",
        "{roots: r.pem, nodes: [{name: a, certificate: 'sha256:AB'}]} | names no certificate",
        "{roots: r.pem, nodes: [{name: a, certificate: 'dns:*.example'}]} | names no certificate",
        "{roots: r.pem, nodes: [{name: a, certificate: 'dns:a', role: ca}]} | role",
        "{roots: r.pem, nodes: [{name: a, certificate: 'dns:a', workloads: [web]}]} | no workload",
        "{roots: r.pem, nodes: [{name: a, certificate: 'dns:a'}, {name: a, certificate: 'dns:b'}]}"
            + " | twice",
        "{roots: r.pem, nodes: [{name: a, certificate: 'dns:a'}, {name: b, certificate: 'dns:a'}]}"
            + " | twice",
      })
  void whatIsWrongIsNamedWithItsPlace(String certificates, String why) throws IOException {
    Path file = folder.resolve("wrong.yaml");
    Files.writeString(
        file, LEAST + "  control: {listen: '127.0.0.1:0', certificates: " + certificates + "}\n");
    assertThat(NodeFileReader.read(file).problems().text()).contains(file + ":").contains(why);
  }
}
