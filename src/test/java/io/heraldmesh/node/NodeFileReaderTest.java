package io.heraldmesh.node;

import static io.heraldmesh.node.NodeFiles.LEAST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.NodeConfig.AuthorityConfig;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.WorkloadSettings;
import io.heraldmesh.proxy.log.QueuedAccessLog.Format;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeFileReaderTest {
  @TempDir Path folder;
  private NodeFiles files;

  @BeforeEach
  void inAFolder() {
    files = new NodeFiles(folder);
  }

  @Test
  void theSampleNodeFileIsRead() {
    NodeFileReader.Result result = NodeFileReader.read(Path.of("conf/node.yaml"));
    assertThat(result.problems().all()).isEmpty();
    NodeConfig config = result.config();
    assertThat(config).isNotNull();
    WorkloadSettings mine = config.workloads().getFirst();
    assertThat(mine.workload()).isEqualTo(new Workload("default", "mine"));
    assertThat(mine.ports().getFirst().app()).isEqualTo(new HostPort("127.0.0.1", 9000));
    assertThat(mine.ports().getFirst().protocol()).isEqualTo(Protocol.HTTP);
    assertThat(config.resources()).isAbsolute().exists();
  }

  @Test
  void whatIsNotSaidHasItsDefault() throws IOException {
    NodeConfig config = files.read(LEAST);
    assertThat(config.roles())
        .containsExactlyInAnyOrder(Role.CA, Role.CONFIG, Role.PROXY, Role.ADMIN);
    assertThat(config.trustDomain()).isNull();
    assertThat(config.authority()).isEqualTo(new AuthorityConfig.Own());
    assertThat(config.stateDir()).isEqualTo(folder.resolve("state"));
    assertThat(config.admin()).isEqualTo(new HostPort("127.0.0.1", 15000));
    assertThat(config.health()).isEqualTo(new HostPort("127.0.0.1", 15021));
    assertThat(config.metrics()).isEqualTo(new HostPort("127.0.0.1", 15020));
    assertThat(config.leafLifetime()).isEqualTo(Duration.ofHours(24));
    assertThat(config.resourcesMayBeEmpty()).isFalse();
    assertThat(config.jwks().allowLoopback()).isFalse();
    assertThat(config.limits().tokenCacheBytes()).isEqualTo(8 * 1024 * 1024);
  }

  /** Istio's port of control-plane metrics. */
  @Test
  void metricsOfAControlNodeAloneHaveAPortOfTheirOwn() throws IOException {
    NodeConfig config = files.read(LEAST + "  roles: [ca, config, admin]\n");
    assertThat(config.metrics()).isEqualTo(new HostPort("127.0.0.1", 15014));
  }

  @Test
  void aSectionOfARoleThatTheNodeDoesNotHaveIsReadAndNotUsed() throws IOException {
    NodeConfig config =
        files.read(LEAST + "  roles: [ca, config, proxy]\n  admin: {listen: 127.0.0.1:15000}\n");
    assertThat(config.admin()).isNull();
  }

  @Test
  void everyFieldIsTakenOver() throws IOException {
    NodeConfig config =
        files.read(
            LEAST
                + """
                  roles: [ca, config, proxy]
                  trustDomain: mesh.test
                  authority: {cacerts: certs}
                  resourcesMayBeEmpty: true
                  certificates: {ttl: 1h}
                  drain: 2s
                  eventLoops: 3
                  accessLog: {samplePercent: 5, format: text, file: access.log}
                  jwks:
                    roots: /etc/roots.pem
                    allowLoopback: true
                    blocked: [10.0.0.0/8, "fd00::/8"]
                    servers:
                    - {host: "IdP.bank.test:8443", roots: idp.pem}
                    - {host: "[fd00::1]", roots: idp.pem}
                  workloads:
                  - namespace: a
                    name: svc
                    labels: {app: svc}
                    credentials: {dir: c}
                    outbound:
                      listen: 127.0.0.1:0
                      services: [{listen: "[::1]:15002", to: db.a:5432, protocol: tcp}]
                    ports:
                    - {name: grpc-api, port: 8080, app: 127.0.0.1:1, listen: 0.0.0.0:2, advertise: 10.0.0.5:3}
                """);
    assertThat(config.trustDomain()).isEqualTo(new TrustDomain("mesh.test"));
    assertThat(config.authority()).isEqualTo(new AuthorityConfig.Cacerts(folder.resolve("certs")));
    assertThat(config.credentials())
        .isEqualTo(Map.of(new Workload("a", "svc"), folder.resolve("c")));
    WorkloadSettings svc = config.workloads().getFirst();
    assertThat(svc.serviceAccount()).isEqualTo("default");
    assertThat(svc.outboundPorts().getFirst().service()).isEqualTo(new HostPort("db.a", 5432));
    assertThat(svc.outboundPorts().getFirst().protocol()).isEqualTo(Protocol.TCP);
    assertThat(svc.ports().getFirst().protocol()).isEqualTo(Protocol.HTTP2);
    assertThat(svc.ports().getFirst().advertise()).isEqualTo(new HostPort("10.0.0.5", 3));
    assertThat(config.admin()).isNull();
    assertThat(config.leafLifetime()).isEqualTo(Duration.ofHours(1));
    assertThat(config.accessLog())
        .isEqualTo(new NodeConfig.AccessLogConfig(0.05, Format.TEXT, folder.resolve("access.log")));
    assertThat(config.jwks().roots()).isEqualTo(Path.of("/etc/roots.pem"));
    assertThat(config.jwks().blocked())
        .anyMatch(block -> block.contains(InetAddress.ofLiteral("10.1.2.3")))
        .noneMatch(block -> block.contains(InetAddress.ofLiteral("11.1.2.3")));
    assertThat(config.jwks().serverRoots())
        .isEqualTo(
            Map.of(
                "idp.bank.test:8443", folder.resolve("idp.pem"),
                "fd00::1", folder.resolve("idp.pem")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          roles: [gateway]                        | spec.roles[0]    | not there yet
          roles: [ca]                             | spec.roles       | or proxy without them
          roles: [config, proxy]                  | spec.roles       | or proxy without them
          roles: [admin]                          | spec.roles       | or proxy without them
          roles: [Ca]                             | spec.roles[0]    | unknown role
          admin: {listen: 15000}                  | spec.admin       | expected host:port
          admin: {listen: "::1:80"}               | spec.admin       | brackets
          trustDomain: Mesh.Test                  | spec.trustDomain | may hold only
          authority: {keyStore: a}                | spec.authority   | go together
          authority: {cacerts: a, keyStore: b, passphraseFile: c} | spec.authority | two ways
          eventLoops: 0                           | spec.eventLoops  | not within
          certificates: {ttl: 5}                  | ttl              | duration
          certificates: {ttl: 2161h}              | ttl              | longer than
          drain: 6s                               | spec.drain       | longer than 5s
          jwks: {blocked: [10.0.0.0/33]}          | spec.jwks.blocked[0] | no address block
          jwks: {servers: [{host: "https://a", roots: r}]} | spec.jwks.servers[0].host | no server
          jwks: {servers: [{host: a}]}            | servers[0].roots | required field is missing
          jwks: {servers: [{host: a, roots: r}, {host: A, roots: s}]} | servers[1].host | named twice
          """)
  void aMistakeIsNamedWithItsPlaceAndNothingIsRead(String line, String field, String message)
      throws IOException {
    files.refuses(line, field, message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ca", "'ca, config'", "{ca: true}"})
  void rolesAreAListAndNothingIsGuessedFromAnythingElse(String roles) throws IOException {
    assertThat(files.problems(LEAST + "  roles: " + roles + "\n"))
        .contains(":7:10: error HLD0103 spec.roles: ", "must be a list")
        .hasLineCount(1);
  }

  /** Two servers of one process share the connections to an address, each has half of them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "metrics: {listen: '127.0.0.1:7000'} | health: {listen: '127.0.0.1:7000'} | spec.metrics",
        "health: {listen: '127.0.0.1:7000'} | admin: {listen: '127.0.0.1:7000'} | spec.health",
        "metrics: {listen: '127.0.0.1:15021'} | drain: 1s | spec.metrics",
        "control: {listen: '127.0.0.1:7000'} | metrics: {listen: '127.0.0.1:7000'} | spec.control"
      })
  void noTwoServersListenAtOneAddress(String one, String other, String field) throws IOException {
    files.refuses(one + "\n  " + other, field, "already");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "../t", "wéb", ".", "..", "a/b", "n%2f"})
  void aNameThatNoIdentityCanHaveIsRefused(String name) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("node.yaml"), LEAST.replace("name: node-1", "name: '" + name + "'"));
    NodeFileReader.Result result = NodeFileReader.read(file);
    assertThat(result.config()).isNull();
    assertThat(result.problems().text()).contains("metadata.name", "is no name of a node");
  }

  @Test
  void aSecretInTheFileIsAnUnknownField() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("node.yaml"), LEAST + "  authority: {passphrase: hunter2}\n");
    NodeFileReader.Result result = NodeFileReader.read(file);
    assertThat(result.config()).isNull();
    assertThat(result.problems().text()).contains("unknown field").doesNotContain("hunter2");
  }

  @Test
  void aFileThatCannotBeReadIsWrongUsage() {
    assertThatThrownBy(() -> NodeFileReader.read(folder.resolve("none.yaml")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("none.yaml");
  }
}
