package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.cli.NodeConfig.AuthorityConfig;
import io.heraldmesh.cli.NodeConfig.DatabaseConfig;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.ListenAddress;
import io.heraldmesh.proxy.WorkloadSettings;
import io.heraldmesh.proxy.capture.RunAs;
import io.heraldmesh.proxy.log.QueuedAccessLog.Format;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeFileReaderTest {
  private static final String HEAD =
      "apiVersion: herald.io/v1alpha1\nkind: Node\nmetadata: {name: node-1}\nspec:\n";
  private static final String LEAST = HEAD + "  stateDir: state\n  resources: resources\n";

  @TempDir Path folder;

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
    NodeConfig config = read(LEAST);
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

  @Test
  void theTokenCacheHasASizeOrIsOff() throws IOException {
    assertThat(read(LEAST + "  limits: {tokenCache: 0}\n").limits().tokenCacheBytes()).isZero();
    assertThat(read(LEAST + "  limits: {tokenCache: 65536}\n").limits().tokenCacheBytes())
        .isEqualTo(65536);
    assertThat(read(LEAST + "  limits: {}\n").limits().tokenCacheBytes()).isEqualTo(8 << 20);
  }

  @Test
  void memoryAndRoomAreLimitedAsTheFileSays() throws IOException {
    Limits none = read(LEAST).limits();
    assertThat(none.memoryBytes()).isZero();
    assertThat(none.shedPercent()).isEqualTo(90);
    assertThat(none.connectionsPerAddress()).isEqualTo(10_000);
    assertThat(none.newcomers()).isEqualTo(1_000);
    Limits said =
        read(LEAST
                + "  limits: {memoryMiB: 256, shedPercent: 85, connectionsPerAddress: 50,"
                + " newcomers: 20}\n")
            .limits();
    assertThat(said.memoryBytes()).isEqualTo(256L << 20);
    assertThat(said.shedPercent()).isEqualTo(85);
    assertThat(said.connectionsPerAddress()).isEqualTo(50);
    assertThat(said.newcomers()).isEqualTo(20);
    assertThat(said.connections()).isEqualTo(none.connections());
  }

  @Test
  void aListenerTakesAsManyConnectionsAsTheFileSays() throws IOException {
    assertThat(read(LEAST).limits().connections()).isEqualTo(20_000);
    assertThat(read(LEAST + "  limits: {connections: 7}\n").limits().connections()).isEqualTo(7);
    assertThat(read(LEAST + "  limits: {connections: 7}\n").limits().tokenCacheBytes())
        .isEqualTo(8 << 20);
  }

  @Test
  void messagesAndTimesAreLimitedAsTheFileSays() throws IOException {
    Limits said =
        read(LEAST
                + """
                  limits:
                    requestLineBytes: 1000
                    headerBytes: 2000
                    headerCount: 30
                    concurrentStreams: 4
                    resetsPer30s: 5
                    handshakeTimeout: 3s
                    headTimeout: 4s
                    idleTimeout: 5s
                    streamIdleTimeout: 6s
                    connectTimeout: 700ms
                    responseTimeout: 8s
                    upstreamIdleTimeout: 9s
                """)
            .limits();
    assertThat(said)
        .isEqualTo(
            Limits.DEFAULTS.with(
                to ->
                    to.requestLineBytes(1000)
                        .headerBytes(2000)
                        .headerCount(30)
                        .concurrentStreams(4)
                        .resetsPerWindow(5)
                        .handshake(Duration.ofSeconds(3))
                        .detection(Duration.ofSeconds(3))
                        .requestHead(Duration.ofSeconds(4))
                        .idle(Duration.ofSeconds(5))
                        .streamIdle(Duration.ofSeconds(6))
                        .connect(Duration.ofMillis(700))
                        .response(Duration.ofSeconds(8))
                        .upstreamIdle(Duration.ofSeconds(9))));
  }

  @Test
  void aSilentClientIsWaitedForAsLongAsTheFileSays() throws IOException {
    assertThat(read(LEAST).limits().detection()).isEqualTo(Duration.ofSeconds(5));
    assertThat(read(LEAST + "  limits: {protocolDetection: 250ms}\n").limits().detection())
        .isEqualTo(Duration.ofMillis(250));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name: http-web, port: 8080                             | HTTP
          name: http, port: 8080                                 | HTTP
          name: grpc-web, port: 8080                             | HTTP2
          name: https, port: 8443                                | TCP
          name: web, port: 8080                                  | AUTO
          name: db, port: 3306                                   | TCP
          name: http-db, port: 3306                              | HTTP
          name: db, port: 3306, protocol: auto                   | AUTO
          name: web, port: 8080, protocol: HTTP                  | HTTP
          name: web, port: 8080, protocol: tls                   | TCP
          name: web, port: 8080, protocol: mysql                 | TCP
          name: web, port: 8080, protocol: kubernetes.io/h2c     | HTTP2
          name: web, port: 8080, protocol: kubernetes.io/ws      | HTTP
          """)
  void whatAPortSpeaksIsSaidByItsProtocolItsNameOrItsNumber(String port, Protocol spoken)
      throws IOException {
    assertThat(
            read(LEAST
                    + "  workloads: [{namespace: a, name: b, ports: [{"
                    + port
                    + ", app: 127.0.0.1:1, listen: 127.0.0.1:2}]}]\n")
                .workloads()
                .getFirst()
                .ports()
                .getFirst()
                .protocol())
        .isEqualTo(spoken);
  }

  @Test
  void servicesOfThisMachineAreCalledOnlyWhenTheFileSaysSo() throws IOException {
    assertThat(read(LEAST).allowLoopback()).isFalse();
    assertThat(read(LEAST + "  outbound: {}\n").allowLoopback()).isFalse();
    assertThat(read(LEAST + "  outbound: {allowLoopback: true}\n").allowLoopback()).isTrue();
  }

  @Test
  void aNodeOfProxiesAloneNeedsCertificatesForEachWorkload() throws IOException {
    String workloads = LEAST + "  roles: [proxy]\n  workloads:\n  - {namespace: a, name: web";
    NodeConfig config = read(workloads + ", credentials: {dir: certs}}\n");
    assertThat(config.standalone()).isTrue();
    assertThat(read(LEAST).standalone()).isFalse();

    assertThat(problems(LEAST + "  roles: [proxy]\n"))
        .contains("error", "spec.workloads", "nothing to do without workloads");
    assertThat(problems(workloads + "}\n"))
        .contains("spec.workloads[0].credentials", "needs credentials.dir for each workload");
    assertThat(
            problems(
                workloads
                    + ", credentials: {dir: certs}}\n"
                    + "  authority: {cacerts: certs}\n  certificates: {ttl: 1h}\n"))
        .contains(
            "warning", "spec.authority: the field has no effect", "spec.certificates: the field");
  }

  @Test
  void aSectionOfARoleThatTheNodeDoesNotHaveIsReadAndNotUsed() throws IOException {
    NodeConfig config =
        read(LEAST + "  roles: [ca, config, proxy]\n  admin: {listen: 127.0.0.1:15000}\n");
    assertThat(config.admin()).isNull();
  }

  @Test
  void everyFieldIsTakenOver() throws IOException {
    NodeConfig config =
        read(
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
          workloads: [{name: x}]                  | namespace        | required field is missing
          workload: []                            | spec.workload    | unknown field
          admin: {listen: 15000}                  | spec.admin       | expected host:port
          admin: {listen: "::1:80"}               | spec.admin       | brackets
          trustDomain: Mesh.Test                  | spec.trustDomain | may hold only
          authority: {keyStore: a}                | spec.authority   | go together
          authority: {cacerts: a, keyStore: b, passphraseFile: c} | spec.authority | two ways
          eventLoops: 0                           | spec.eventLoops  | not within
          certificates: {ttl: 5}                  | ttl              | duration
          certificates: {ttl: 2161h}              | ttl              | longer than
          drain: 6s                               | spec.drain       | longer than 5s
          limits: {tokenCache: -1}                | spec.limits.tokenCache | not within
          limits: {tokenCache: 9999999999}        | spec.limits.tokenCache | not within
          limits: {tokenCache: 8Mi}               | spec.limits.tokenCache | a number
          limits: {tokenCache: 65535}             | spec.limits.tokenCache | hold no token
          limits: {protocolDetection: 0s}         | spec.limits.protocolDetection | at least 100ms
          limits: {protocolDetection: 16s}        | spec.limits.protocolDetection | longer than
          limits: {handshakeTimeout: 2s, protocolDetection: 3s} | spec.limits.protocolDetection | longer than
          limits: {requestLineBytes: 100}         | spec.limits.requestLineBytes | not within
          limits: {headerBytes: 2000000}          | spec.limits.headerBytes | not within
          limits: {headerCount: 0}                | spec.limits.headerCount | not within
          limits: {concurrentStreams: 0}          | spec.limits.concurrentStreams | not within
          limits: {resetsPer30s: 0}               | spec.limits.resetsPer30s | not within
          limits: {headTimeout: 10}               | spec.limits.headTimeout | duration
          limits: {idleTimeout: 0s}               | spec.limits.idleTimeout | at least 1s
          limits: {streamIdleTimeout: 25h}        | spec.limits.streamIdleTimeout | longer than
          limits: {connectTimeout: 2m}            | spec.limits.connectTimeout | longer than
          limits: {responseTimeout: 2h}           | spec.limits.responseTimeout | longer than
          limits: {upstreamIdleTimeout: -1s}      | spec.limits.upstreamIdleTimeout | duration
          limits: {connectionsPerAddress: 0}      | spec.limits.connectionsPerAddress | not within
          limits: {newcomers: 0}                  | spec.limits.newcomers  | not within
          limits: {memoryMiB: 63}                 | spec.limits.memoryMiB  | not within
          limits: {shedPercent: 49}               | spec.limits.shedPercent | not within
          limits: {shedPercent: 99}               | spec.limits.shedPercent | not within
          limits: {connections: 0}                | spec.limits.connections | not within
          limits: {connections: 1000001}          | spec.limits.connections | not within
          outbound: {allowLoopback: maybe}        | spec.outbound.allowLoopback | true or false
          outbound: {loopback: true}              | spec.outbound.loopback | unknown field
          limits: {tokencache: 0}                 | spec.limits.tokencache | unknown field
          database: {}                            | spec.database    | one of sqlite and postgres
          database: {sqlite: a, postgres: {url: "postgresql://h/d", user: u}} | spec.database | one of
          database: {mysql: a}                    | spec.database.mysql | unknown field
          database: {postgres: {user: u}}         | postgres.url     | required field is missing
          database: {postgres: {url: "postgresql://h/d"}} | postgres.user | required field is missing
          database: {postgres: {url: "http://h/d", user: u}} | postgres.url | is no server
          database: {postgres: {url: "postgresql://h:0/d", user: u}} | postgres.url | is no server
          database: {postgres: {url: "postgresql://h:65536/d", user: u}} | postgres.url | is no server
          database: {postgres: {url: "postgresql://h,/d", user: u}} | postgres.url | is no server
          database: {postgres: {url: "postgresql://h/d?ssl=false", user: u}} | postgres.url | parameters
          database: {postgres: {url: "postgresql://u:p@h/d", user: u}} | postgres.url | do not stand
          database: {postgres: {url: "postgresql://h/d", user: u, schema: A}} | schema | name of a schema
          database: {postgres: {url: "postgresql://h/d", user: u, connections: 1}} | connections | not within
          database: {postgres: {url: "postgresql://h/d", user: u, tls: {disabled: true}}} | tls | on this machine
          database: {postgres: {url: "postgresql://127.0.0.1/d", user: u, tls: {disabled: true, roots: r}}} | tls | of no use
          jwks: {blocked: [10.0.0.0/33]}          | spec.jwks.blocked[0] | no address block
          jwks: {servers: [{host: "https://a", roots: r}]} | spec.jwks.servers[0].host | no server
          jwks: {servers: [{host: a}]}            | servers[0].roots | required field is missing
          jwks: {servers: [{host: a, roots: r}, {host: A, roots: s}]} | servers[1].host | named twice
          """)
  void aMistakeIsNamedWithItsPlaceAndNothingIsRead(String line, String field, String message)
      throws IOException {
    Path file = Files.writeString(folder.resolve("node.yaml"), LEAST + "  " + line + "\n");
    NodeFileReader.Result result = NodeFileReader.read(file);
    assertThat(result.config()).isNull();
    assertThat(result.problems().errors())
        .anySatisfy(
            p -> {
              assertThat(p.at().line()).isEqualTo(7);
              assertThat(p.at().field()).contains(field);
              assertThat(p.text()).contains(message);
            });
  }

  @Test
  void theStateIsInAFileOfStateDirOrWhereTheFileSays() throws IOException {
    assertThat(read(LEAST).database()).isEqualTo(new DatabaseConfig.Sqlite(null));
    assertThat(read(LEAST + "  database: {sqlite: db/x.db}\n").database())
        .isEqualTo(new DatabaseConfig.Sqlite(folder.resolve("db/x.db")));
  }

  @Test
  void aDatabaseServerIsReadWithItsDefaultsWhichAreEncrypted() throws IOException {
    assertThat(
            read(LEAST + "  database: {postgres: {url: \"postgresql://db/herald\", user: h}}\n")
                .database())
        .isEqualTo(
            new DatabaseConfig.Postgres(
                List.of("db:5432"), "herald", "herald", "h", null, true, null, 8));
    assertThat(
            read(LEAST
                    + """
                      database:
                        postgres:
                          url: jdbc:postgresql://db1:6000,[::1]/herald
                          user: h
                          passwordFile: pw
                          schema: mesh_a
                          connections: 20
                          tls: {roots: db.pem}
                    """)
                .database())
        .isEqualTo(
            new DatabaseConfig.Postgres(
                List.of("db1:6000", "[::1]:5432"),
                "herald",
                "mesh_a",
                "h",
                folder.resolve("pw"),
                true,
                folder.resolve("db.pem"),
                20));
  }

  @Test
  void aPasswordInTheFileIsRefusedAndNotShown() throws IOException {
    for (String line :
        List.of(
            "database: {postgres: {url: \"postgresql://h/d\", user: u, password: hunter2}}",
            "database: {postgres: {url: \"postgresql://u:hunter2@h/d\", user: u}}",
            "database: {postgres: {url: \"postgresql://h/d?password=hunter2\", user: u}}")) {
      Path file = Files.writeString(folder.resolve("node.yaml"), LEAST + "  " + line + "\n");
      NodeFileReader.Result result = NodeFileReader.read(file);
      assertThat(result.config()).as(line).isNull();
      assertThat(result.problems().text()).contains("passwordFile").doesNotContain("hunter2");
    }
  }

  @Test
  void aWorkloadRunsAsAUserOfThisMachine() throws IOException {
    String workload = "  workloads: [{namespace: a, name: b, runAs: %s}]\n";
    assertThat(read(LEAST + workload.formatted("root")).workloads().getFirst().runAs())
        .isEqualTo(new RunAs("root", 0));
    assertThat(read(LEAST + workload.formatted("4711")).workloads().getFirst().runAs())
        .isEqualTo(new RunAs("4711", 4711));
    for (String user : List.of("no-such-user-here", "'-u'", "'a b'", "-1")) {
      assertThat(problems(LEAST + workload.formatted(user)))
          .contains("node.yaml:", "spec.workloads[0].runAs");
    }
  }

  @Test
  void workloadsWhoseCallsAreCapturedAreToldApartByTheirUsers() throws IOException {
    String both =
        "  workloads:\n"
            + "  - {namespace: a, name: b, runAs: 4711, outbound: {capture: 127.0.0.1:15001}}\n"
            + "  - {namespace: a, name: c, %soutbound: {capture: 127.0.0.1:15002}}\n";
    assertThat(read(LEAST + both.formatted("runAs: 4712, ")).workloads().getLast().capture())
        .isEqualTo(ListenAddress.parse("127.0.0.1:15002"));
    assertThat(problems(LEAST + both.formatted(""))).contains("a/c needs runAs");
    assertThat(problems(LEAST + both.formatted("runAs: 4711, ")))
        .contains("a/b and a/c both run as uid 4711");
    assertThat(read(LEAST + both.lines().limit(2).reduce("", (x, y) -> x + y + "\n")).workloads())
        .hasSize(1);
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

  private NodeConfig read(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("node.yaml"), yaml);
    NodeFileReader.Result result = NodeFileReader.read(file);
    assertThat(result.problems().errors()).isEmpty();
    NodeConfig config = result.config();
    assertThat(config).isNotNull();
    return config;
  }

  private String problems(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("node.yaml"), yaml);
    return NodeFileReader.read(file).problems().text();
  }
}
