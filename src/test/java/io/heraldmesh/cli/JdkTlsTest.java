package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.App;
import io.heraldmesh.node.NodeFolder;
import io.heraldmesh.proxy.ResumingClient;
import io.heraldmesh.proxy.TestAuthority;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where the native TLS library does not load, a node runs on the JDK's TLS, and resumes no session
 * either.
 */
@Timeout(60)
class JdkTlsTest {
  private static final TrustDomain DOMAIN = new TrustDomain("mesh.test");

  @TempDir Path folder;

  @Test
  void everyConnectionIsAWholeHandshake() throws Exception {
    TestAuthority authority = new TestAuthority("mesh");
    try (App app = new App(seen -> "ok");
        HeraldProcess herald =
            HeraldProcess.start(
                    List.of("-Xmx200m", "-Dio.netty.handler.ssl.noOpenSsl=true"),
                    folder.resolve("errors.log"),
                    "run",
                    "--config",
                    node(authority, app.port()).toString())
                .awaitReady()) {
      Await.until("told", () -> herald.said().contains("tls provider=jdk"));
      InetSocketAddress web =
          new InetSocketAddress(
              InetAddress.getLoopbackAddress(), herald.port("inbound:a/web:8080"));
      for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
        ResumingClient client =
            new ResumingClient(authority.issue(SpiffeId.workload(DOMAIN, "a", "caller")), protocol);
        for (int i = 1; i <= 3; i++) {
          assertThat(client.get(web)).isEqualTo(200);
          assertThat(client.looked).as(protocol).hasValue(i);
        }
      }
    }
  }

  private Path node(TestAuthority authority, int app) throws Exception {
    Credential leaf = authority.issue(SpiffeId.workload(DOMAIN, "a", "web"));
    Path certificates = Files.createDirectories(folder.resolve("certificates"));
    Files.writeString(
        certificates.resolve("root-cert.pem"),
        Pem.write("CERTIFICATE", authority.root().getEncoded()));
    Files.writeString(
        certificates.resolve("cert-chain.pem"), Pem.write("CERTIFICATE", leaf.leaf().getEncoded()));
    Files.writeString(
        certificates.resolve("key.pem"), Pem.write("PRIVATE KEY", leaf.key().getEncoded()));
    NodeFolder node = new NodeFolder(folder);
    node.write("peers.yaml", NodeFolder.PERMISSIVE.replace("PERMISSIVE", "STRICT"));
    return node.node(
            """
              trustDomain: mesh.test
              workloads:
              - namespace: a
                name: web
                serviceAccount: web
                credentials: {dir: certificates}
                ports:
                - {name: http, port: 8080, app: "127.0.0.1:%d", listen: "127.0.0.1:0"}
            """
                .formatted(app))
        .file();
  }
}
