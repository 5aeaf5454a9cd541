package io.heraldmesh.conformance.live;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Messages that two parsers may read differently, sent as raw bytes to the inbound listener inside
 * mutual TLS and to the outbound listener in plain text, with a recording service behind.
 */
public final class Smuggling implements Corpus {
  private static final Set<String> CLASSES =
      Set.of(
          "control",
          "te-cl",
          "content-length",
          "body-on-get",
          "chunk",
          "line",
          "target-host",
          "upgrade-hop",
          "size-time",
          "spoof");

  /** The headers of the spoofing cases that only a policy makes the proxy's own. */
  private static final String POLICIES =
      """
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata: {name: allow, namespace: b}
      spec:
        rules:
        - to: [{operation: {paths: ["/*"]}}]
      ---
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata: {name: deny, namespace: b}
      spec:
        action: DENY
        rules:
        - to: [{operation: {paths: ["/smuggled-*"]}}]
      ---
      apiVersion: security.istio.io/v1
      kind: RequestAuthentication
      metadata: {name: outputs, namespace: b}
      spec:
        jwtRules:
        - issuer: https://issuer.test
          jwksUri: https://issuer.test/jwks
          outputPayloadToHeader: x-jwt-payload
          outputClaimToHeaders:
          - {header: x-auth-request-user, claim: sub}
      """;

  @Override
  public boolean reads(DataFile file) {
    return file.hasList("cases", "raw_b64", "expect", "max_upstream");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    Resources policies = ResourceReader.read("policies.yaml", POLICIES);
    try (LoopbackMesh mesh =
        new LoopbackMesh(policies, Set.of("a.test", "server.b"), limits(), entry -> {})) {
      for (JsonNode c : file.json().get("cases")) {
        for (boolean inbound : List.of(true, false)) {
          String kind = c.path("class").asText();
          cases.judge(
              c.path("id").asText() + (inbound ? " inbound" : " outbound"),
              kind,
              kind.equals("control"),
              () -> judge(mesh, c, inbound));
        }
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the loopback mesh: " + e, e);
    }
  }

  /** Short ones, so that what must time out does so soon; the rest as they are. */
  private static Limits limits() {
    return Limits.DEFAULTS.with(
        to ->
            to.handshake(Duration.ofSeconds(2))
                .requestHead(Duration.ofMillis(400))
                .idle(Duration.ofMillis(400))
                .idlePerDestination(1));
  }

  private static Outcome judge(LoopbackMesh mesh, JsonNode c, boolean inbound) throws Exception {
    if (!CLASSES.contains(c.path("class").asText())) {
      return Outcome.notUnderstood("class " + c.path("class").asText());
    }
    SmuggledBytes bytes = SmuggledBytes.of(c);
    if (bytes == null) {
      return Outcome.notUnderstood("gen " + c.path("gen").asText());
    }
    int before = mesh.service.heads().size();
    Answers answers;
    try (RawConnection connection =
        inbound && !bytes.withoutTls()
            ? RawConnection.mutual(mesh.inbound, mesh.clientLeaf, "istio", "http/1.1")
            : RawConnection.plain(inbound ? mesh.inbound : mesh.outbound)) {
      connection.send(bytes.raw(), bytes.oneByOne());
      answers = Answers.read(connection, c.path("expect").asText());
    }
    List<String> seen =
        List.copyOf(mesh.service.heads().subList(before, mesh.service.heads().size()));
    Outcome outcome = new SmugglingVerdict(c, bytes, answers, seen).outcome();
    return outcome instanceof Outcome.AsExpected ? mesh.goodRequest() : outcome;
  }

  /**
   * What came back.
   *
   * @param statuses of the responses that the case expects
   * @param rest the bytes until the end, where it expects none
   * @param open the connection was not closed
   */
  record Answers(List<Integer> statuses, String rest, boolean open) {
    static Answers read(RawConnection connection, String expect) throws IOException {
      return switch (expect) {
        case "one", "one-sanitised" -> new Answers(List.of(connection.status()), "", true);
        case "two" -> new Answers(List.of(connection.status(), connection.status()), "", true);
        default -> {
          try {
            yield new Answers(List.of(), connection.rest(), false);
          } catch (SocketTimeoutException open) {
            yield new Answers(List.of(), "", true);
          }
        }
      };
    }
  }
}
