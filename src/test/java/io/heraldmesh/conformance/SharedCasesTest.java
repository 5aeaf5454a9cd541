package io.heraldmesh.conformance;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heraldmesh.SharedData;
import io.heraldmesh.conformance.attacks.AttackCorpora;
import io.heraldmesh.conformance.envoy.AuthorizationBuilder;
import io.heraldmesh.conformance.istio.IstioCorpora;
import io.heraldmesh.conformance.live.Http2Attacks;
import io.heraldmesh.conformance.live.Smuggling;
import io.heraldmesh.conformance.spiffe.SpiffeCorpora;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The shared cases, as {@code herald conformance} puts them to Herald. */
class SharedCasesTest {
  /** So many cases of each file at least; fewer would mean that a corpus lost its way. */
  private static final Map<String, Integer> FEWEST =
      Map.ofEntries(
          entry("attacks/authz-requests.json", 100),
          entry("attacks/csr-attacks.json", 15),
          entry("attacks/h2-attacks.json", 40),
          entry("attacks/smuggling.json", 160),
          entry("attacks/jwt-attacks.json", 110),
          entry("attacks/path-normalization.json", 240),
          entry("attacks/spiffe-certs.json", 90),
          entry("attacks/wycheproof-jose.json", 500),
          entry("attacks/wycheproof-sig.json", 500),
          entry("attacks/x509-limbo.json", 110),
          entry("attacks/yaml-bad.json", 60),
          entry("spiffe/ids.json", 600));

  private static @Nullable Report report;

  static List<Corpus> corpora() {
    return Stream.of(
            AttackCorpora.all(),
            IstioCorpora.all(),
            SpiffeCorpora.all(),
            List.<Corpus>of(new AuthorizationBuilder(), new Smuggling(), new Http2Attacks()))
        .flatMap(List::stream)
        .toList();
  }

  @TestFactory
  Stream<DynamicTest> everyFileHolds() throws IOException {
    Report report = report();
    return report.driven().stream()
        .map(file -> DynamicTest.dynamicTest(file.file(), () -> assertHolds(file)));
  }

  @Test
  void theRunIsNotVoid() throws IOException {
    Report report = report();
    assertThat(report.isVoid()).isFalse();
    assertThat(report.files().stream().mapToLong(FileReport::controls).sum()).isGreaterThan(400);
  }

  private static void assertHolds(FileReport file) {
    assertThat(file.cases().stream().filter(c -> c.verdict() == Verdict.FAILED)).isEmpty();
    assertThat(file.cases().size()).isGreaterThanOrEqualTo(FEWEST.getOrDefault(file.file(), 0));
  }

  private static Report report() throws IOException {
    Optional<Path> folder = SharedData.folder();
    assumeTrue(folder.isPresent(), "shared data is absent, not run");
    Report known = report;
    if (known == null) {
      known = new Conformance(corpora()).run(folder.orElseThrow());
      report = known;
    }
    return known;
  }
}
