package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.bus.UsedCertificates.Trust;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a node in other hands says does nothing to the terminal of whoever reads it. */
class NodeTextTest {
  private static final String CLEARS_THE_SCREEN = "\u001b[2J";
  private static final String SHOWN = "<U+001B>[2J";

  @Test
  void whatIsPrintableIsAsItWasSaid() {
    for (String said : List.of("", "port 80 is in use", "größer als 2 ≤ 3 — 日本 \ud83d\ude00")) {
      assertThat(NodeText.mended(said)).isSameAs(said);
    }
  }

  @Test
  void whatIsNotIsNamed() {
    assertThat(NodeText.mended("a" + CLEARS_THE_SCREEN + "b")).isEqualTo("a" + SHOWN + "b");
    assertThat(NodeText.mended("one\ntwo\u009b\u202e\u2028\ud800."))
        .isEqualTo("one<U+000A>two<U+009B><U+202E><U+2028><U+D800>.");
  }

  @Test
  void whatIsLongIsCut() {
    assertThat(NodeText.mended("x".repeat(60_000))).hasSize(NodeText.MOST);
    assertThat(NodeText.mended("\u001b".repeat(60_000))).hasSizeLessThanOrEqualTo(NodeText.MOST);
    assertThat(NodeText.mended("\ud83d\ude00".repeat(60_000))).hasSize(NodeText.MOST);
  }

  @Test
  void whatItSaysOfItsCertificatesIsKeptMended() {
    UsedReports reports = new UsedReports();
    SpiffeId node = SpiffeId.herald(new TrustDomain("mesh.test"), HeraldRole.NODE, "n1");
    Used used =
        new Used(
            "a" + CLEARS_THE_SCREEN,
            "b0",
            null,
            null,
            "c" + CLEARS_THE_SCREEN,
            "d" + CLEARS_THE_SCREEN,
            Trust.NONE,
            null,
            "e" + CLEARS_THE_SCREEN);
    Await.result(reports.take(node, UsedReport.of(List.of(used)), Instant.EPOCH));

    assertThat(reports.page(null).nodes().getFirst().certificates())
        .containsExactly(
            new Used(
                "a" + SHOWN,
                "b0",
                null,
                null,
                "c" + SHOWN,
                "d" + SHOWN,
                Trust.NONE,
                null,
                "e" + SHOWN));
  }
}
