package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.SharedData;
import io.heraldmesh.resource.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Istio's own valid and invalid resources of the kinds Herald reads. */
class IstioTestdataTest {
  private static final String FOLDER = "istio/istio-api/tests/testdata/";
  private static final List<String> KINDS =
      List.of("authz", "peerauth", "reqauth", "serviceentry", "workloadentry", "destinationrule");

  /** A field that Istio's message names. */
  private static final Pattern FIELD =
      Pattern.compile("(spec(\\.\\w+(\\[\\d+])?)+|\\w+\\[0](\\.\\w+)*)");

  /** Valid in Istio, refused by Herald, with the field that is not enforced. */
  private static final Map<String, String> NOT_ENFORCED =
      Map.of(
          "authz full", "spec.rules[0].when[14].key",
          "serviceentry full", "spec.exportTo",
          "destinationrule bookinfo-ratings", "spec.trafficPolicy.loadBalancer.warmup",
          "destinationrule bookinfo-ratings-http2-ping",
              "spec.trafficPolicy.connectionPool.http.http2KeepAlive",
          "workloadentry full", "spec.network",
          "workloadentry missing-address-network-set", "spec.network");

  @TestFactory
  Stream<DynamicTest> whatIstioAcceptsHasNoErrors() {
    return documents("valid").map(d -> DynamicTest.dynamicTest(d.title(), () -> assertAccepted(d)));
  }

  @TestFactory
  Stream<DynamicTest> whatIstioRefusesIsRefused() {
    return documents("invalid")
        .map(d -> DynamicTest.dynamicTest(d.title(), () -> assertRefused(d)));
  }

  private static void assertAccepted(Document document) {
    Resources read = ResourceReader.read(document.title(), document.text());
    String field = NOT_ENFORCED.get(document.title());
    if (field == null) {
      assertThat(read.problems().errors()).isEmpty();
      assertThat(read.all()).hasSize(1);
    } else {
      assertThat(read.problems().errors())
          .anyMatch(p -> p.at().field().equals(field) && p.code().id().equals("HLD0107"));
    }
  }

  private static void assertRefused(Document document) {
    Resources read = ResourceReader.read(document.title(), document.text());
    assertThat(read.problems().errors()).as(document.error()).isNotEmpty();
    assertThat(read.problems().errors()).noneMatch(p -> p.at().field().equals("_err"));
    assertThat(read.all()).isEmpty();
    Matcher field = FIELD.matcher(document.error());
    if (field.find()) {
      assertThat(read.problems().errors())
          .anyMatch(
              p ->
                  p.at().field().contains(field.group())
                      || p.code().id().equals("HLD0107")
                          && field.group().startsWith(p.at().field()));
    }
  }

  private static Stream<Document> documents(String which) {
    List<Document> all = new ArrayList<>();
    for (String kind : KINDS) {
      String file = FOLDER + kind + "-" + which + ".yaml";
      for (String text : split(file)) {
        Document document = Document.of(kind, text);
        if (document != null) {
          all.add(document);
        }
      }
    }
    assertThat(all).hasSizeGreaterThan(which.equals("valid") ? 12 : 40);
    return all.stream();
  }

  private static String[] split(String file) {
    try {
      return Files.readString(SharedData.file(file)).split("(?m)^---\\s*$");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One document without its {@code _err} line, which says what Istio answers. */
  private record Document(String title, String error, String text) {

    static @Nullable Document of(String kind, String text) {
      StringBuilder kept = new StringBuilder();
      String error = "";
      String name = "";
      boolean content = false;
      for (String line : text.lines().toList()) {
        if (line.startsWith("_err:")) {
          error = line.substring(5).strip();
          kept.append("#\n");
          continue;
        }
        if (line.startsWith("  name: ") && name.isEmpty()) {
          name = line.substring(8).strip();
        }
        content |= !line.isBlank() && !line.startsWith("#");
        kept.append(line).append('\n');
      }
      return content ? new Document(kind + " " + name, error, kept.toString()) : null;
    }
  }
}
