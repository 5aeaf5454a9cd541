package io.heraldmesh.lab;

import static io.heraldmesh.lab.LabRun.SECOND;

import io.heraldmesh.Await;
import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.lab.KeyServer.Mood;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** The server with the keys of tokens goes away, or bad. */
final class KeySetRows {
  private static final int MOOD_SECONDS = 35;
  private static final int MOST_FETCHES = 2;
  private static final long ASK_EVERY_NANOS = SECOND / 20;
  private static final String POLICY = "requestauthentication";

  private final LabRun run;
  private final LabMesh mesh;

  KeySetRows(LabRun run) {
    this.run = run;
    this.mesh = run.mesh;
  }

  void away() throws Exception {
    Path folder = mesh.folder("issuer");
    certificate(folder);
    String section =
        "  jwks: {servers: [{host: \"%s:%d\", roots: ../issuer/root.pem}]}\n"
            .formatted(mesh.hosts.address(LabMesh.STRANGER), KeyServer.PORT);
    // whichever control node distributes asks the issuer, for all
    for (String name : LabMesh.CONTROL) {
      LabNode node = mesh.node(name);
      Files.writeString(node.file(), Files.readString(node.file()) + section);
      node.restart(List.of());
    }
    try (KeyServer server =
        new KeyServer(
            mesh.hosts.file(LabMesh.STRANGER),
            InetAddress.getByName(mesh.hosts.address(LabMesh.STRANGER)),
            folder.resolve("server.p12"))) {
      apply();
      String token = server.token("one");
      Await.until(Duration.ofSeconds(60), "the token is taken", () -> ask(token) == 200);
      for (Mood mood : Mood.values()) {
        server.becomes(mood);
        played(server, mood);
      }
      restarted(server, mesh.node("s4"));
      mesh.node("c1")
          .herald("delete", POLICY, "lab/tokens", "--config", mesh.node("c1").file().toString());
    }
    for (String name : LabMesh.CONTROL) {
      LabNode node = mesh.node(name);
      Files.writeString(node.file(), Files.readString(node.file()).replace(section, ""));
      node.restart(List.of());
    }
  }

  private void certificate(Path folder) throws Exception {
    String key = folder.resolve("server-key.pem").toString();
    String root = folder.resolve("root.pem").toString();
    Hosts.must(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=lab issuer",
        "-addext",
        "subjectAltName=IP:" + mesh.hosts.address(LabMesh.STRANGER),
        "-keyout",
        key,
        "-out",
        root);
    Hosts.must(
        "openssl",
        "pkcs12",
        "-export",
        "-inkey",
        key,
        "-in",
        root,
        "-passout",
        "pass:lab",
        "-out",
        folder.resolve("server.p12").toString());
  }

  private void apply() throws Exception {
    Path file = mesh.folder("issuer").resolve("tokens.yaml");
    Files.writeString(
        file,
        """
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: tokens, namespace: lab}
        spec:
          selector: {matchLabels: {app: s4}}
          jwtRules: [{issuer: "%s", jwksUri: "https://%s:%d/keys"}]
        """
            .formatted(KeyServer.ISSUER, mesh.hosts.address(LabMesh.STRANGER), KeyServer.PORT));
    mesh.node("c1")
        .herald(
            "apply",
            "-f",
            file.toString(),
            "--config",
            mesh.node("c1").file().toString(),
            "--wait");
  }

  /** With good tokens, and with ones that name a key that nobody has. */
  private void played(KeyServer server, Mood mood) throws Exception {
    long from = System.nanoTime();
    String good = server.token("one");
    String unknown = server.token("two");
    int[] refused = new int[1];
    int[] taken = new int[1];
    int asked = 0;
    while (System.nanoTime() - from < MOOD_SECONDS * SECOND) {
      refused[0] += ask(good) == 200 ? 0 : 1;
      taken[0] += ask(unknown) == 401 ? 0 : 1;
      asked++;
      LockSupport.parkNanos(ASK_EVERY_NANOS);
    }
    int fetches = server.mostFetches();
    run.judge(
        "key server is " + mood + ", asked all the time for a key that it does not have",
        "good tokens 200, others 401; it is asked, at most once each 30 s; 0 failed",
        from,
        refused[0] > 0 || taken[0] > 0 || fetches < 1 || fetches > MOST_FETCHES || asked == 0,
        "of %d: %d good ones refused, %d others not answered 401; %d fetches in %d s"
            .formatted(asked, refused[0], taken[0], fetches, MOOD_SECONDS));
  }

  private void restarted(KeyServer server, LabNode s4) throws Exception {
    server.becomes(Mood.DOWN);
    long from = System.nanoTime();
    s4.restart(List.of());
    int status = ask(server.token("one"));
    run.judge(
        "key server is DOWN, and the proxy is started again",
        "0 failed; tokens are taken by the keys that it had",
        from,
        status != 200,
        "answered " + status);
  }

  /** From s1. */
  private int ask(String token) {
    AtomicReference<Integer> status = new AtomicReference<>(0);
    try {
      InHost.start(
              mesh.hosts.file("s1"),
              "token",
              () ->
                  status.set(
                      WireClient.once(
                              LabMesh.OUTBOUND,
                              "GET",
                              "s4.lab",
                              LabLoad.ALLOWED,
                              List.of("authorization: Bearer " + token))
                          .status()))
          .join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return status.get();
  }
}
