package io.heraldmesh.cli;

import io.heraldmesh.Await;
import io.heraldmesh.Ipv6;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.proxy.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;

/**
 * HAProxy in the place of a node's two proxies, in one process with two threads: plain text in,
 * mutual TLS to itself, and by the name of the host to a service. It takes heads as large as a node
 * takes, checks chains, and no names, policy or metrics.
 */
final class HaproxyPair implements AutoCloseable {
  private static final TrustDomain DOMAIN = new TrustDomain("mesh.test");
  private final Process process;
  private final int port;

  /**
   * Returns once it listens.
   *
   * @param services names, as in {@code web} of the host {@code web.a}, and ports
   */
  HaproxyPair(Path folder, Map<String, Integer> services) throws IOException {
    port = Ipv6.freePort();
    Path config = Files.createDirectories(folder).resolve("haproxy.cfg");
    certificates(folder);
    StringBuilder text =
        new StringBuilder(
            """
          global
            nbthread 2
            maxconn 8000
            tune.bufsize 81920
            tune.http.maxhdr 200
          defaults
            mode http
            timeout connect 5s
            timeout client 60s
            timeout server 60s
            timeout http-request 10s
          frontend out
            bind 127.0.0.1:%1$d backlog 4096
            default_backend mesh
          backend mesh
            server in 127.0.0.1:%2$d ssl verify required ca-file %3$s/root.pem crt %3$s/leaf.pem
          frontend in
            bind 127.0.0.1:%2$d backlog 4096 ssl verify required ca-file %3$s/root.pem crt %3$s/leaf.pem
            use_backend %%[req.hdr(host),field(1,.)]
          """
                .formatted(port, Ipv6.freePort(), folder));
    services.forEach(
        (name, app) -> text.append("backend %s\n  server app 127.0.0.1:%d\n".formatted(name, app)));
    Files.writeString(config, text);
    process =
        new ProcessBuilder("haproxy", "-db", "-f", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("haproxy.log").toFile())
            .start();
    Await.until("HAProxy listens", () -> !process.isAlive() || listens());
    if (!process.isAlive()) {
      throw new IOException(Files.readString(folder.resolve("haproxy.log")));
    }
  }

  private static void certificates(Path folder) throws IOException {
    TestAuthority authority = new TestAuthority("peer");
    Credential leaf =
        authority.issue(
            SpiffeId.workload(DOMAIN, "a", "caller"), Instant.now().plusSeconds(86_400));
    StringBuilder pem = new StringBuilder();
    try {
      for (X509Certificate one : leaf.chain()) {
        pem.append(Pem.write("CERTIFICATE", one.getEncoded()));
      }
      Files.writeString(
          folder.resolve("root.pem"), Pem.write("CERTIFICATE", authority.root().getEncoded()));
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
    pem.append(Pem.write("PRIVATE KEY", leaf.key().getEncoded()));
    Files.writeString(folder.resolve("leaf.pem"), pem);
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Where it takes plain HTTP/1.1. */
  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
