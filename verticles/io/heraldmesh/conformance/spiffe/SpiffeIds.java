package io.heraldmesh.conformance.spiffe;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * SPIFFE IDs, trust domains, segments and paths of the SPIFFE libraries. Where those disagree (rows
 * marked {@code disputed}, all about upper case) an ID is refused, and a trust domain in a
 * configuration is taken in lower case.
 */
final class SpiffeIds implements Corpus {
  private static final TrustDomain ANY = new TrustDomain("trustdomain");
  private static final Set<String> SECTIONS =
      Set.of(
          "about",
          "ids",
          "trustDomains",
          "segments",
          "paths",
          "match",
          "trustDomainChars",
          "pathChars");

  @Override
  public boolean reads(DataFile file) {
    return file.hasList("ids", "id", "valid")
        || file.hasList("pathChars", "id", "valid")
        || file.hasList("trustDomains", "input", "valid");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    JsonNode data = file.json();
    data.fieldNames()
        .forEachRemaining(
            name -> {
              if (!SECTIONS.contains(name)) {
                cases.judge(name, name, false, () -> Outcome.notUnderstood("section " + name));
              }
            });
    for (String section : Set.of("ids", "trustDomainChars", "pathChars")) {
      each(data, section, "id", cases, SpiffeIds::id);
    }
    each(data, "trustDomains", "input", cases, SpiffeIds::trustDomain);
    each(data, "segments", "segments", cases, SpiffeIds::segments);
    each(data, "paths", "path", cases, row -> path(row.get("path").asText(), row));
    if (data.has("match")) {
      cases.judge(
          "match",
          "match",
          false,
          () -> Outcome.skipped("matchers of a library's API; Herald matches in policies"));
    }
  }

  private interface Judge {
    Outcome of(JsonNode row);
  }

  private static void each(JsonNode data, String section, String name, Cases cases, Judge judge) {
    for (JsonNode row : data.path(section)) {
      String id = section + " " + row.path(name);
      boolean disputed = row.path("disputed").asBoolean();
      boolean control = row.path("valid").asBoolean() && !disputed;
      cases.judge(id, disputed ? "disputed" : section, control, () -> judge.of(row));
    }
  }

  private static Outcome id(JsonNode row) {
    boolean expected = row.get("valid").asBoolean();
    String text = row.get("id").asText();
    Optional<SpiffeId> parsed = parse(text);
    Outcome validity = Outcome.accepted(expected, parsed.isPresent(), text);
    if (parsed.isEmpty() || !(validity instanceof Outcome.AsExpected)) {
      return validity;
    }
    SpiffeId id = parsed.get();
    boolean same =
        id.toString().equals(row.path("canonical").asText(text))
            && id.path().equals(row.path("path").asText(id.path()))
            && id.trustDomain()
                .name()
                .equals(row.path("trustDomain").asText(id.trustDomain().name()));
    return Outcome.unless(same ? "" : "read as " + id);
  }

  private static Outcome trustDomain(JsonNode row) {
    boolean expected = row.get("valid").asBoolean();
    String input = row.get("input").asText();
    try {
      String name = TrustDomain.parse(input).name();
      return expected
          ? Outcome.unless(name.equals(row.path("name").asText(name)) ? "" : "read as " + name)
          : Outcome.accepted(false, true, input);
    } catch (InvalidIdentity e) {
      return Outcome.accepted(expected, false, String.valueOf(e.getMessage()));
    }
  }

  private static Outcome segments(JsonNode row) {
    boolean expected = row.get("valid").asBoolean();
    List<String> segments = new ArrayList<>();
    row.get("segments").forEach(segment -> segments.add(segment.asText()));
    try {
      String path = SpiffeId.ofSegments(ANY, segments).path();
      return expected
          ? Outcome.unless(path.equals(row.path("path").asText(path)) ? "" : "read as " + path)
          : Outcome.accepted(false, true, segments.toString());
    } catch (InvalidIdentity e) {
      return Outcome.accepted(expected, false, String.valueOf(e.getMessage()));
    }
  }

  private static Outcome path(String path, JsonNode row) {
    boolean actual;
    try {
      actual = new SpiffeId(ANY, path).path().equals(path);
    } catch (InvalidIdentity e) {
      actual = false;
    }
    return Outcome.accepted(row.get("valid").asBoolean(), actual, path);
  }

  private static Optional<SpiffeId> parse(String text) {
    try {
      return Optional.of(SpiffeId.parse(text));
    } catch (InvalidIdentity e) {
      return Optional.empty();
    }
  }
}
