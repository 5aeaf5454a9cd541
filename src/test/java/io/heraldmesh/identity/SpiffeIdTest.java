package io.heraldmesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpiffeIdTest {
  private static final TrustDomain MESH = new TrustDomain("mesh.test");

  @Test
  void aWorkloadsIdHoldsItsNamespaceAndAccount() {
    SpiffeId id = SpiffeId.parse("spiffe://mesh.test/ns/shop/sa/cart");
    assertThat(id.workload()).contains(new WorkloadIdentity("shop", "cart"));
    assertThat(id.herald()).isEmpty();
    assertThat(id).isEqualTo(SpiffeId.workload(MESH, "shop", "cart"));
    assertThat(id.principal()).isEqualTo("mesh.test/ns/shop/sa/cart");
  }

  @Test
  void onlyTheExactFormIsAWorkload() {
    for (String path :
        List.of(
            "", "/ns/a", "/ns/a/sa", "/ns/a/sa/b/c", "/NS/a/sa/b", "/ns/a/SA/b", "/sa/a/ns/b")) {
      assertThat(new SpiffeId(MESH, path).workload()).as(path).isEmpty();
    }
  }

  @Test
  void heraldsOwnIdsAreNeverWorkloadsAndHaveKnownRoles() {
    SpiffeId id = SpiffeId.herald(MESH, HeraldRole.NODE, "n1");
    assertThat(id).hasToString("spiffe://mesh.test/herald/node/n1");
    assertThat(id.herald()).contains(new HeraldIdentity(HeraldRole.NODE, "n1"));
    assertThat(id.workload()).isEmpty();
    assertThat(new SpiffeId(MESH, "/herald/NODE/n1").herald()).isEmpty();
    assertThat(new SpiffeId(MESH, "/herald/root/n1").herald()).isEmpty();
  }

  @Test
  void aNameThatIsNotOneSegmentCannotBecomePartOfAnId() {
    for (String bad : List.of("", "a/b", "..", "a b", "a\n", "%61")) {
      assertThatThrownBy(() -> SpiffeId.workload(MESH, bad, "x"))
          .isInstanceOf(InvalidIdentity.class);
      assertThatThrownBy(() -> SpiffeId.workload(MESH, "x", bad))
          .isInstanceOf(InvalidIdentity.class);
      assertThatThrownBy(() -> SpiffeId.herald(MESH, HeraldRole.CA, bad))
          .isInstanceOf(InvalidIdentity.class);
    }
  }

  @Test
  void aPathStartsWithASlash() {
    assertThatThrownBy(() -> new SpiffeId(MESH, "foo")).isInstanceOf(InvalidIdentity.class);
    assertThatThrownBy(() -> new SpiffeId(MESH, "/")).isInstanceOf(InvalidIdentity.class);
  }

  @Test
  void upToTheLengthThatTheStandardAsksForIsTaken() {
    String longest = "/" + "p".repeat(2048 - "spiffe://mesh.test/".length());
    assertThat(SpiffeId.parse("spiffe://mesh.test" + longest).toString()).hasSize(2048);
    assertThatThrownBy(() -> new SpiffeId(MESH, longest + "p")).isInstanceOf(InvalidIdentity.class);
    assertThat(new TrustDomain("a".repeat(255)).name()).hasSize(255);
    assertThatThrownBy(() -> new TrustDomain("a".repeat(256))).isInstanceOf(InvalidIdentity.class);
  }

  @Test
  void whatTheMessageQuotesCannotForgeALine() {
    assertThatThrownBy(() -> new TrustDomain("a\nb"))
        .isInstanceOf(InvalidIdentity.class)
        .hasMessageNotContaining("\n");
  }

  @Test
  void theTablesOfTheSpiffeLibrariesHold() {
    JsonNode data = SharedData.json("spiffe/ids.json");
    List<String> wrong = new ArrayList<>();
    int driven = 0;
    for (String table : List.of("ids", "trustDomainChars", "pathChars")) {
      for (JsonNode row : data.get(table)) {
        // Disputed is upper case in the scheme or trust domain: refused, see SpiffeId#parse.
        boolean valid = row.get("valid").asBoolean() && !row.path("disputed").asBoolean(false);
        String id = row.get("id").asText();
        Optional<SpiffeId> parsed = parse(id);
        boolean same =
            parsed.isPresent() == valid
                && parsed.map(p -> p.toString().equals(id)).orElse(true)
                && (!valid
                    || !row.has("path")
                    || parsed.orElseThrow().path().equals(row.get("path").asText()));
        if (!same) {
          wrong.add(table + ": " + id + " gave " + parsed);
        }
        driven++;
      }
    }
    for (JsonNode row : data.get("segments")) {
      List<String> segments = new ArrayList<>();
      row.get("segments").forEach(segment -> segments.add(segment.asText()));
      String expected = row.get("valid").asBoolean() ? row.get("path").asText() : "refused";
      if (!joined(segments).equals(expected)) {
        wrong.add("segments: " + row);
      }
      driven++;
    }
    for (JsonNode row : data.get("paths")) {
      if (path(row.get("path").asText()) != row.get("valid").asBoolean()) {
        wrong.add("paths: " + row);
      }
      driven++;
    }
    assertThat(wrong).isEmpty();
    assertThat(driven).isGreaterThan(600);
  }

  @Test
  void trustDomainsFromConfigurationAreAsTheSpiffeLibrariesTakeThem() {
    JsonNode data = SharedData.json("spiffe/ids.json");
    List<String> wrong = new ArrayList<>();
    for (JsonNode row : data.get("trustDomains")) {
      String input = row.get("input").asText();
      String expected = row.get("valid").asBoolean() ? row.get("name").asText() : "refused";
      String actual;
      try {
        actual = TrustDomain.parse(input).name();
      } catch (InvalidIdentity e) {
        actual = "refused";
      }
      if (!actual.equals(expected)) {
        wrong.add(input + " gave " + actual);
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static Optional<SpiffeId> parse(String id) {
    try {
      return Optional.of(SpiffeId.parse(id));
    } catch (InvalidIdentity e) {
      return Optional.empty();
    }
  }

  private static String joined(List<String> segments) {
    try {
      return SpiffeId.ofSegments(MESH, segments).path();
    } catch (InvalidIdentity e) {
      return "refused";
    }
  }

  private static boolean path(String path) {
    try {
      return new SpiffeId(MESH, path).path().equals(path);
    } catch (InvalidIdentity e) {
      return false;
    }
  }
}
