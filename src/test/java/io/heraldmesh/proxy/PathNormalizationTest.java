package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.policy.AddressField;
import io.heraldmesh.policy.AuthenticationPolicies;
import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Operation;
import io.heraldmesh.policy.PathNormalization;
import io.heraldmesh.policy.PortField;
import io.heraldmesh.policy.Rule;
import io.heraldmesh.policy.Source;
import io.heraldmesh.policy.TextField;
import io.heraldmesh.policy.TextMatch;
import io.heraldmesh.policy.WorkloadPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What policy decides on is what the service gets, on real sockets, in every mode. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PathNormalizationTest {
  private Mesh mesh;

  @BeforeAll
  void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterAll
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void theServiceGetsTheNormalizedTargetAndADenialOfItHoldsForTheRawOne() throws Exception {
    List<String> wrong = new ArrayList<>();
    int run = 0;
    for (JsonNode c : SharedData.json("attacks/path-normalization.json").get("cases")) {
      PathNormalization mode = PathNormalization.valueOf(c.get("mode").asText());
      String raw = c.get("raw").asText();
      String normalized = c.get("normalized").isNull() ? null : c.get("normalized").asText();
      apply(mode, 0);
      int before = mesh.app.seen().size();
      int status = get(raw);
      String got =
          mesh.app.seen().size() == before ? null : mesh.app.last().line().split(" ", 3)[1];
      if (status != c.get("status").asInt() || !java.util.Objects.equals(got, normalized)) {
        wrong.add(c.get("id") + " " + mode + " " + raw + ": " + status + " " + got);
      }
      if (normalized != null) {
        String path = normalized.split("\\?", 2)[0];
        apply(mode, 0, deny(new TextMatch.Exact(path)));
        if (get(raw) != 403) {
          wrong.add(c.get("id") + " " + mode + " " + raw + ": passed a DENY of " + path);
        }
      }
      run++;
    }
    assertThat(wrong).isEmpty();
    assertThat(run).isGreaterThan(200);
  }

  @Test
  void aTargetInAbsoluteFormIsRefusedBecauseItNamesASecondHost() throws Exception {
    apply(PathNormalization.BASE, 0);
    assertThat(get("http://server.b/x")).isEqualTo(400);
    assertThat(get("/x#y?z")).isEqualTo(200);
    assertThat(mesh.app.last().line()).startsWith("GET /x HTTP/1.1");
  }

  @Test
  void theClientBehindTrustedProxiesIsWhoPolicySeesAndTheServiceHearsOf() throws Exception {
    AuthorizationPolicy denyOne = deny(new AddressField(List.of("203.0.113.7"), List.of()));
    String forwarded = "1.1.1.1, 203.0.113.7";
    apply(PathNormalization.BASE, 0, denyOne);
    assertThat(get("/", "X-Forwarded-For: " + forwarded)).isEqualTo(200);
    assertThat(mesh.app.last().values("x-forwarded-for")).containsExactly("127.0.0.1");
    apply(PathNormalization.BASE, 1, denyOne);
    assertThat(get("/", "X-Forwarded-For: " + forwarded)).isEqualTo(403);
    assertThat(get("/", "X-Forwarded-For: 203.0.113.7, 2.2.2.2")).isEqualTo(200);
    assertThat(mesh.app.last().values("x-forwarded-for")).containsExactly("2.2.2.2");
    assertThat(get("/", "X_Forwarded_For: " + forwarded)).isEqualTo(200);
    assertThat(mesh.app.last().values("x-forwarded-for")).containsExactly("127.0.0.1");
  }

  @Test
  void aGatewayBehindItsOwnProxySpeaksForItsClients() throws Exception {
    apply(PathNormalization.BASE, 1, deny(new AddressField(List.of("203.0.113.7"), List.of())));
    try (RawClient client = mesh.call()) {
      client.head("GET / HTTP/1.1", "Host: server.b", "X-Forwarded-For: 203.0.113.7");
      assertThat(client.answer().status()).isEqualTo(403);
      client.head("GET / HTTP/1.1", "Host: server.b", "X-Forwarded-For: 203.0.113.8");
      assertThat(client.answer().status()).isEqualTo(200);
    }
    assertThat(mesh.app.last().values("x-forwarded-for")).containsExactly("203.0.113.8");
  }

  private int get(String target, String... headers) throws Exception {
    try (RawClient client = new RawClient(mesh.inbound)) {
      List<String> lines = new ArrayList<>(List.of("GET " + target + " HTTP/1.1", "Host: s.b"));
      lines.addAll(List.of(headers));
      return client.head(lines.toArray(String[]::new)).answer().status();
    }
  }

  private void apply(PathNormalization mode, int trusted, AuthorizationPolicy... policies) {
    mesh.server.apply(
        new NodeSnapshot(
            "server",
            List.of(
                new WorkloadPolicy(
                    Mesh.SERVER,
                    "server",
                    MtlsMode.PERMISSIVE,
                    Map.of(),
                    List.of(),
                    List.of(policies),
                    mode,
                    List.of(Mesh.DOMAIN),
                    AuthenticationPolicies.NONE,
                    trusted)),
            List.of()));
  }

  private static AuthorizationPolicy deny(TextMatch path) {
    TextField any = TextField.ANY;
    Operation operation =
        new Operation(any, PortField.ANY, any, new TextField(List.of(path), List.of()));
    return deny(new Rule(List.of(), List.of(operation), List.of()));
  }

  private static AuthorizationPolicy deny(AddressField client) {
    TextField any = TextField.ANY;
    Source source = new Source(any, any, any, any, any, AddressField.ANY, client);
    return deny(new Rule(List.of(source), List.of(), List.of()));
  }

  private static AuthorizationPolicy deny(Rule rule) {
    return new AuthorizationPolicy("b", "deny", Action.DENY, false, List.of(rule), null);
  }
}
