package io.heraldmesh.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Lines in Istio's default text format: its parsers find every field in its place. */
class AccessTextTest {
  private static final Reason SERVED = new Reason("allow_matched", "a rule", "b/allow", 0);

  @Test
  void aServedRequest() {
    assertThat(line("GET", "/a", 200, "-", SERVED, "127.0.0.1:9000", "curl/8"))
        .isEqualTo(
            "[2026-01-02T03:04:05.678Z] \"GET /a HTTP/1.1\" 200 - via_upstream - \"-\" 10 20 1 - \"-\""
                + " \"curl/8\" \"id\" \"server.b\" \"127.0.0.1:9000\" inbound|8080|| - -"
                + " 10.0.0.1 - -\n");
  }

  @Test
  void aRefusalNamesThePolicyAsIstioDoes() {
    assertThat(
            line("GET", "/a", 403, "-", new Reason("deny_matched", "x", "b/deny", 2), null, null))
        .contains(" 403 - rbac_access_denied_matched_policy[ns[b]-policy[deny]-rule[2]] ");
    assertThat(line("GET", "/a", 403, "-", new Reason("no_allow_matched", "x"), null, null))
        .contains(" 403 - rbac_access_denied_matched_policy[none] ");
  }

  @Test
  void whatWentWrongOnTheWayIsEnvoysFlagAndItsReason() {
    assertThat(
            line(
                "GET",
                "/a",
                503,
                "upstream_identity_refused",
                new Reason("upstream_identity_refused", "the server is x"),
                "h:1",
                null))
        .contains(" 503 UF upstream_identity_refused - \"the server is x\" ");
  }

  @Test
  void aClientCannotWriteFieldsOrLinesOfItsOwn() {
    String line = line("GET", "/a\" 200 -\n[x", 403, "-", SERVED, null, "\\\"\u0000\u00e9");
    assertThat(line).contains("/a\\\" 200 -\\u000a[x").contains("\"\\\\\\\"\\u0000\\u00e9\"");
    assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
  }

  @Test
  void whatIsLongIsCut() {
    assertThat(line("GET", "/" + "a".repeat(5000), 200, "-", SERVED, null, null))
        .hasSizeLessThan(2000);
  }

  @Test
  void aRefusedConnectionsReasonIsInTheFieldForTheEndOfConnections() {
    assertThat(connection(new Reason("no_allow_matched", "x"), true))
        .contains("\"- - -\" 0 - - rbac_access_denied_matched_policy[none] \"-\" ");
    assertThat(connection(new Reason("mtls_required", "x"), true))
        .contains("\"- - -\" 0 - - mtls_required \"-\" ");
    assertThat(connection(SERVED, false)).contains("\"- - -\" 0 - - - \"-\" ");
  }

  @Test
  void aDestinationThatIsNoServiceIsPrintedAsItIs() {
    for (String word : List.of("PassthroughCluster", "BlackHoleCluster", "server.b:80")) {
      assertThat(AccessText.cluster("source", CalledService.word(word))).isEqualTo(word);
    }
    assertThat(AccessText.cluster("source", CalledService.word("a.example:1 \"x\"\n")))
        .isEqualTo("a.example:1_\"x\"_");
    assertThat(AccessText.cluster("source", null)).isEqualTo("-");
  }

  @Test
  void aClusterHasTheFourPartsOfIstios() {
    CalledService service = new CalledService("b/server", "server.b.svc.cluster.local", 80);
    assertThat(AccessText.cluster("source", service))
        .isEqualTo("outbound|80||server.b.svc.cluster.local");
    assertThat(AccessText.cluster("destination", CalledService.workload("b/server", 8080)))
        .isEqualTo("inbound|8080||");
  }

  private static String connection(Reason reason, boolean denied) {
    return line("tcp", null, null, 0, "-", reason, denied, null, null);
  }

  private static String line(
      String method,
      String path,
      int status,
      String flag,
      Reason reason,
      @Nullable String upstream,
      @Nullable String userAgent) {
    return line("http/1.1", method, path, status, flag, reason, false, upstream, userAgent);
  }

  private static String line(
      String protocol,
      @Nullable String method,
      @Nullable String path,
      int status,
      String flag,
      Reason reason,
      boolean denied,
      @Nullable String upstream,
      @Nullable String userAgent) {
    return new String(
        AccessText.of(
            new AccessEntry(
                Instant.parse("2026-01-02T03:04:05.678Z"),
                "destination",
                "b/server",
                protocol,
                method,
                "server.b",
                path,
                status,
                flag,
                reason,
                denied,
                "mesh.test/ns/a/sa/client",
                null,
                true,
                CalledService.workload("b/server", 8080),
                "10.0.0.1",
                upstream,
                "id",
                userAgent,
                null,
                10,
                20,
                1500)),
        StandardCharsets.UTF_8);
  }
}
