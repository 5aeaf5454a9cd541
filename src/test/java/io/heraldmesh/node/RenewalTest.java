package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.InboundPort;
import io.heraldmesh.proxy.ListenAddress;
import io.heraldmesh.proxy.OutboundPort;
import io.heraldmesh.proxy.WorkloadSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** New certificates come into force under traffic, and nobody notices. */
@Timeout(120)
class RenewalTest {
  private static final Workload CALLER = new Workload("a", "caller");
  private static final Workload WEB = new Workload("a", "web");
  private static final Workload ECHO = new Workload("a", "echo");
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);
  private static final Pattern HASH = Pattern.compile("Hash=([0-9a-f]{64})");

  @TempDir Path folder;

  @Test
  void renewalDropsNoRequestAndNoConnectionAndNewConnectionsShowTheNewCertificate()
      throws Exception {
    try (App app = App.httpbin();
        ServerSocket echo = echo();
        MeshFixture mesh = mesh(app.port(), echo.getLocalPort())) {
      Node node = mesh.start();
      try (WireClient kept = new WireClient(node.outbound(CALLER));
          Socket stream = new Socket("127.0.0.1", mesh.port("outbound:a/caller:7"))) {
        stream.setSoTimeout(10_000);
        assertEchoed(stream, 1);
        String before = hash(get(kept));
        Traffic traffic = new Traffic(kept, stream);
        Thread load = Thread.ofPlatform().start(traffic);
        Await.until("requests run", () -> traffic.done.get() > 20);
        for (int round = 0; round < 3; round++) {
          Await.result(node.renew(List.of(CALLER, WEB, ECHO)));
        }
        int soFar = traffic.done.get();
        Await.until("requests go on", () -> traffic.done.get() > soFar + 20);
        Await.until("the new certificate is shown", () -> !fresh(node).equals(before));
        traffic.stop.set(true);
        load.join();
        assertThat(traffic.failures).hasValue(0);
        assertEchoed(stream, 2);
      }
    }
  }

  /** Requests on one kept connection and bytes on one stream, without a pause. */
  private static final class Traffic implements Runnable {
    private final WireClient kept;
    private final Socket stream;
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicBoolean stop = new AtomicBoolean();

    Traffic(WireClient kept, Socket stream) {
      this.kept = kept;
      this.stream = stream;
    }

    @Override
    public void run() {
      while (!stop.get()) {
        try {
          if (get(kept).status() != 200) {
            failures.incrementAndGet();
          }
          assertEchoed(stream, done.incrementAndGet());
        } catch (IOException | AssertionError e) {
          failures.incrementAndGet();
          return;
        }
      }
    }
  }

  private MeshFixture mesh(int web, int echo) throws IOException {
    MeshFixture mesh = new MeshFixture(folder);
    mesh.workload("a", "web", "web", Map.of("app", "web"), 8080, web);
    mesh.add(
        new WorkloadSettings(
            ECHO,
            "echo",
            Map.of("app", "echo"),
            null,
            List.of(),
            List.of(
                new InboundPort(
                    "tcp", 7, Protocol.TCP, new HostPort("127.0.0.1", echo), ANY, null))));
    mesh.add(
        new WorkloadSettings(
            CALLER,
            "caller",
            Map.of(),
            new ListenAddress(ANY),
            List.of(
                new OutboundPort(new ListenAddress(ANY), new HostPort("echo.a", 7), Protocol.TCP)),
            List.of()));
    mesh.write(
        "mesh.yaml",
        """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: istio-system}
        spec: {mtls: {mode: STRICT}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: a}
        spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: echo, namespace: a}
        spec: {selector: {app: echo}, ports: [{name: tcp, port: 7, targetPort: 7}]}
        """);
    return mesh;
  }

  private static WireClient.Answer get(WireClient client) throws IOException {
    return client.send("GET", "web.a", "/", List.of());
  }

  /** The certificate that a request on a connection of its own shows. */
  private static String fresh(Node node) {
    try (WireClient client = new WireClient(node.outbound(CALLER))) {
      return hash(get(client));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** As the service saw it in X-Forwarded-Client-Cert. */
  private static String hash(WireClient.Answer answer) {
    assertThat(answer.status()).isEqualTo(200);
    Matcher hash = HASH.matcher(answer.body());
    assertThat(hash.find()).as(answer.body()).isTrue();
    return hash.group(1);
  }

  private static void assertEchoed(Socket stream, int value) throws IOException {
    stream.getOutputStream().write(value & 0x7f);
    assertThat(stream.getInputStream().read()).isEqualTo(value & 0x7f);
  }

  private static ServerSocket echo() throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    Thread.ofVirtual()
        .start(
            () -> {
              while (!server.isClosed()) {
                try {
                  Socket accepted = server.accept();
                  Thread.ofVirtual().start(() -> copy(accepted));
                } catch (IOException e) {
                  return; // closed: the test is over
                }
              }
            });
    return server;
  }

  private static void copy(Socket accepted) {
    try (accepted) {
      accepted.getInputStream().transferTo(accepted.getOutputStream());
    } catch (IOException e) {
      // The other side has closed; there is nobody to tell.
    }
  }
}
