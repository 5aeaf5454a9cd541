package io.heraldmesh.cli;

import io.heraldmesh.Await;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.CertificateFiles;
import io.heraldmesh.node.NodeFolder;
import io.heraldmesh.proxy.TestAuthority;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node in a process of its own, all of whose configuration changes with each {@link #change}: the
 * leaves, the roots in the steps of a rotation, policy, token issuers and endpoints; by the files
 * that an operator would change.
 *
 * <p>What policy and endpoints say alternates between two generations, so that a request that was
 * decided under a mixture of both is answered as neither would:
 *
 * <table>
 * <caption>Answers</caption>
 * <tr><th>request</th><th>even</th><th>odd</th><th>a mixture</th></tr>
 * <tr><td>/ok</td><td>200</td><td>200</td><td></td></tr>
 * <tr><td>/even</td><td>403 (DENY)</td><td>403 (no ALLOW)</td><td>200</td></tr>
 * <tr><td>/odd</td><td>403 (no ALLOW)</td><td>403 (DENY)</td><td>200</td></tr>
 * <tr><td>/token with even's</td><td>200</td><td>401</td><td>403</td></tr>
 * </table>
 */
final class ChangingMesh implements AutoCloseable {
  private static final String TAKEN = "credentials taken id=";
  private static final String CACERTS = "  authority: {cacerts: cacerts}\n";
  private static final TrustDomain DOMAIN = new TrustDomain("mesh.test");

  /** Workloads with certificates from files, and their service accounts. */
  private static final Map<String, String> FROM_FILES =
      Map.of("one", "web", "two", "web", "caller", "caller");

  final LabServices services = new LabServices();
  final LabToken even = new LabToken("even");
  private final LabToken odd = new LabToken("odd");
  private final NodeFolder folder;
  private final Path errors;
  private HeraldProcess herald;
  private TestAuthority signer = new TestAuthority("root-0");
  private TestAuthority next = new TestAuthority("root-1");
  private final Certificates certificates;
  private @Nullable ChangingAuthority authority;
  private int generation;
  private long read;
  private long taken;

  /** Where the certificates of the workloads come from. */
  enum Certificates {
    /** Files that change with each generation, the roots among them. */
    FILES,
    /** The node's own authority, whose root changes again and again. */
    AUTHORITY
  }

  /**
   * @param start of the process
   * @param lines further lines of the node file under {@code spec}, indented by two
   */
  ChangingMesh(Path at, HeraldProcess.Start start, String lines) throws IOException {
    this(at, start, lines, Certificates.FILES);
  }

  ChangingMesh(Path at, HeraldProcess.Start start, String lines, Certificates certificates)
      throws IOException {
    this.certificates = certificates;
    folder = new NodeFolder(at);
    errors = at.resolve("errors.log");
    if (certificates == Certificates.AUTHORITY) {
      authority = new ChangingAuthority(DOMAIN, folder.path("cacerts"));
      folder.node(nodeLines().replaceAll(" *credentials: .*\n", "") + CACERTS + lines);
    } else {
      folder.node(nodeLines() + lines);
    }
    Files.deleteIfExists(folder.resources().resolve("peers.yaml"));
    writeConfiguration();
    herald = start.of(errors, "run", "--config", folder.file().toString()).awaitReady();
  }

  HeraldProcess process() {
    return herald;
  }

  int generation() {
    return generation;
  }

  /** How often the root was changed, from the new one's arrival to the old one's end. */
  long rotations() {
    return said("authority in force issuer=") / ChangingAuthority.STEPS;
  }

  /** How many lines of the node's log hold {@code text}. */
  long said(String text) {
    try (Stream<String> log = Files.lines(errors, StandardCharsets.ISO_8859_1)) {
      return log.filter(line -> line.contains(text)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits. */
  interface Drained {
    void await() throws InterruptedException;
  }

  /**
   * Changes everything, and returns when the node has taken every new certificate; policy and
   * endpoints come into force meanwhile.
   *
   * @param drained waits for the end of what is under way; a root is taken away only after that
   */
  void change(Drained drained) throws IOException, InterruptedException {
    generation++;
    if (authority != null) {
      if (rotations() == authority.replaced()) {
        authority.replace();
      }
      writeConfiguration();
      return;
    }
    if (generation % 4 == 3) {
      drained.await();
    }
    if (generation % 4 == 0) {
      signer = next;
      next = new TestAuthority("root-" + generation);
    }
    long before = taken();
    writeConfiguration();
    // the next step of a rotation counts on this one
    Await.until(
        Duration.ofSeconds(30), "new certificates", () -> taken() >= before + FROM_FILES.size());
  }

  /** Reads only whole lines that the node has said since it was asked last. */
  private long taken() {
    try (RandomAccessFile said = new RandomAccessFile(errors.toFile(), "r")) {
      said.seek(read);
      byte[] bytes = new byte[(int) (said.length() - read)];
      said.readFully(bytes);
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      int whole = text.lastIndexOf('\n') + 1;
      read += whole;
      taken += text.substring(0, whole).lines().filter(l -> l.contains(TAKEN)).count();
      return taken;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeConfiguration() throws IOException {
    if (certificates == Certificates.FILES) {
      for (Map.Entry<String, String> workload : FROM_FILES.entrySet()) {
        certificates(workload.getKey(), workload.getValue());
      }
    }
    boolean isEven = generation % 2 == 0;
    Path beside = Files.createTempFile(folder.path("."), "mesh", ".tmp");
    Files.writeString(beside, configuration(isEven));
    Files.move(
        beside, folder.resources().resolve("mesh.yaml"), StandardCopyOption.REPLACE_EXISTING);
  }

  /** Four steps: one root; the next beside it; leaves by the next; the first away. */
  private void certificates(String workload, String account) throws IOException {
    int step = generation % 4;
    TestAuthority by = step >= 2 ? next : signer;
    List<TestAuthority> trusted =
        switch (step) {
          case 0 -> List.of(signer);
          case 3 -> List.of(next);
          default -> List.of(signer, next);
        };
    Credential leaf =
        by.issue(SpiffeId.workload(DOMAIN, "a", account), Instant.now().plusSeconds(600));
    Path whole = Files.createDirectories(folder.path("certs-" + workload + "-" + generation));
    CertificateFiles.write(whole, leaf, trusted);
    swap(workload, whole);
  }

  /** As Kubernetes does: a link that is replaced, so that the files change together. */
  private void swap(String workload, Path whole) throws IOException {
    Path link = folder.path("certs-" + workload);
    Path old = Files.exists(link) ? link.toRealPath() : null;
    Path beside = folder.path("certs-" + workload + ".new");
    Files.createSymbolicLink(beside, whole);
    Files.move(beside, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    if (old != null) {
      Path before = folder.path("certs-" + workload + "-" + (generation - 3));
      if (Files.exists(before)) {
        for (String name : List.of("root-cert.pem", "cert-chain.pem", "key.pem")) {
          Files.delete(before.resolve(name));
        }
        Files.delete(before);
      }
    }
  }

  private String configuration(boolean isEven) {
    LabToken issuer = isEven ? even : odd;
    String own = isEven ? "/even" : "/odd";
    return """
    apiVersion: security.istio.io/v1
    kind: PeerAuthentication
    metadata: {name: default, namespace: istio-system}
    spec: {mtls: {mode: STRICT}}
    ---
    apiVersion: security.istio.io/v1
    kind: RequestAuthentication
    metadata: {name: tokens, namespace: a}
    spec:
      selector: {matchLabels: {app: web}}
      jwtRules: [{issuer: %3$s, jwks: '%4$s'}]
    ---
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata: {name: allow-g%6$d, namespace: a}
    spec:
      selector: {matchLabels: {app: web}}
      action: ALLOW
      rules:
      - from: [{source: {principals: [mesh.test/ns/a/sa/caller]}}]
        to: [{operation: {paths: [/ok, /token, /rpc, /ws, %2$s]}}]
    ---
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata: {name: deny-g%6$d, namespace: a}
    spec:
      selector: {matchLabels: {app: web}}
      action: DENY
      rules:
      - to: [{operation: {paths: [%2$s]}}]
      - from: [{source: {notRequestPrincipals: [%3$s/someone]}}]
        to: [{operation: {paths: [/token]}}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web, namespace: a}
    spec: {selector: {app: web, v: %1$s}, ports: [{name: http, port: 80, targetPort: 8080}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: rpc, namespace: a}
    spec: {selector: {app: web, v: %5$s}, ports: [{name: grpc, port: 80, targetPort: 8081}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: echo, namespace: a}
    spec: {selector: {app: echo}, ports: [{name: tcp, port: 7, targetPort: 7}]}
    """
        .formatted(
            isEven ? "one" : "two",
            own,
            isEven ? "even" : "odd",
            issuer.jwks(),
            isEven ? "one" : "two",
            generation);
  }

  private String nodeLines() {
    StringBuilder lines = new StringBuilder("  trustDomain: mesh.test\n");
    lines.append("  certificates: {ttl: 1m}\n  eventLoops: 2\n  workloads:\n");
    for (String name : List.of("one", "two")) {
      int app = services.http(name);
      lines.append(
          """
          - namespace: a
            name: %1$s
            serviceAccount: %2$s
            labels: {app: web, v: %1$s}
            credentials: {dir: certs-%1$s}
            ports:
            - {name: http, port: 8080, app: "127.0.0.1:%3$d", listen: "127.0.0.1:0"}
            - {name: grpc, port: 8081, app: "127.0.0.1:%3$d", listen: "127.0.0.1:0"}
          """
              .formatted(name, FROM_FILES.get(name), app)
              .indent(2));
    }
    lines.append(
        """
        - namespace: a
          name: caller
          serviceAccount: caller
          credentials: {dir: certs-caller}
          outbound:
            listen: 127.0.0.1:0
            services: [{listen: "127.0.0.1:0", to: "echo.a:7", protocol: tcp}]
        - namespace: a
          name: echo
          serviceAccount: echo
          labels: {app: echo}
          ports: [{name: tcp, port: 7, app: "127.0.0.1:%d", listen: "127.0.0.1:0"}]
        """
            .formatted(services.tcpEcho())
            .indent(2));
    return lines.toString();
  }

  @Override
  public void close() {
    herald.close();
    services.close();
  }
}
