package io.heraldmesh.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** An entry that waits to be written holds little, however much its client said. */
class AccessEntryTest {
  private static final int WRITTEN = 1024;

  @Test
  void whatAClientSaidIsCutWhereTheEntryIsMade() throws Exception {
    AccessEntry entry = entry("x".repeat(80_000));
    assertThat(entry.method()).hasSize(WRITTEN + 1);
    assertThat(entry.authority()).hasSize(WRITTEN + 1);
    assertThat(entry.path()).hasSize(WRITTEN + 1);
    assertThat(entry.requestPrincipal()).hasSize(WRITTEN + 1);
    assertThat(entry.requestId()).hasSize(WRITTEN + 1);
    assertThat(entry.userAgent()).hasSize(WRITTEN + 1);
    String said = '"' + "x".repeat(WRITTEN);
    assertThat(json(entry)).contains("\"path\":" + said + "…\"");
    assertThat(text(entry)).contains(said + "\" ").doesNotContain(said + 'x');
  }

  @Test
  void whatFitsIsKeptAsItIs() throws Exception {
    String longest = "x".repeat(WRITTEN);
    AccessEntry entry = entry(longest);
    assertThat(entry.path()).isSameAs(longest);
    assertThat(json(entry)).contains("\"path\":\"" + longest + '"');
  }

  private static String json(AccessEntry entry) throws Exception {
    return new String(AccessLine.of(entry), StandardCharsets.UTF_8);
  }

  private static String text(AccessEntry entry) {
    return new String(AccessText.of(entry), StandardCharsets.UTF_8);
  }

  private static AccessEntry entry(String said) {
    return new AccessEntry(
        Instant.EPOCH,
        "destination",
        "b/server",
        "http/1.1",
        said,
        said,
        said,
        200,
        "-",
        new Reason("allowed", "no policy"),
        false,
        null,
        said,
        false,
        CalledService.workload("b/server", 8080),
        "127.0.0.1",
        null,
        said,
        said,
        null,
        0,
        2,
        150);
  }
}
