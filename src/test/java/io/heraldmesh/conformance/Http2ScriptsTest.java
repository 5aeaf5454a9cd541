package io.heraldmesh.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.conformance.live.Http2Attacks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scripts of HTTP/2 are played against both listeners, with real sockets and real TLS. */
@Timeout(120)
class Http2ScriptsTest {
  private final ObjectMapper mapper = new ObjectMapper();
  private final ArrayNode cases = mapper.createArrayNode();

  @TempDir Path folder;

  @Test
  void everyKindOfScriptHoldsAgainstBothListeners() throws IOException {
    add("crlf", "request with x: a\\r\\nsmuggled: 1", "PROTOCOL_ERROR");
    add("scheme", "request with :scheme \"hTTpS\"", "lower-cased or 400 (CVE-2023-35944)");
    add("host", "request with no :authority, host: a.test", "uses host");
    add("trailer", "request with :path in trailers", "PROTOCOL_ERROR");
    add("connect", "request with :protocol websocket not enabled", "refused");
    add(
        "bomb",
        "4 KiB table entry referenced 10 000 times in one block",
        "close or 431, memory bounded by decoded size");
    add("table", "SETTINGS_HEADER_TABLE_SIZE 4 GiB then updates", "bounded");
    add(
        "stalled",
        "100 streams of 1 MiB replies with window 0 for 60 s",
        "buffering bounded (< 64 KiB per stream), streams reset at the timeout");
    FileReport report = run();
    assertThat(report.cases()).allMatch(c -> c.verdict() == Verdict.PASSED);
    // each at two listeners, and a control for either
    assertThat(report.cases()).hasSize(2 * cases.size() + 2);
    assertThat(report.controls()).isEqualTo(2);
  }

  @Test
  void whatIsLetThroughAgainstTheExpectationFails() throws IOException {
    add("good", "request with x: 1", "PROTOCOL_ERROR");
    assertFailed(run(), "expected an error of the protocol or 400");
  }

  @Test
  void aScriptOrExpectationThatMeansNothingIsAFailure() throws IOException {
    add("words", "send it a poem", "refused");
    add("expectation", "request with x: 1", "a sonnet");
    assertFailed(run(), "not understood");
  }

  private void assertFailed(FileReport report, String why) {
    assertThat(report.cases().stream().filter(c -> !c.control()))
        .hasSize(2 * cases.size())
        .allMatch(c -> c.verdict() == Verdict.FAILED && c.detail().contains(why));
    assertThat(report.cases().stream().filter(CaseResult::control))
        .allMatch(c -> c.verdict() == Verdict.PASSED);
  }

  private void add(String id, String script, String expect) {
    ObjectNode one = cases.addObject();
    one.put("id", id).put("class", "h2").put("script", script).put("expect", expect);
  }

  private FileReport run() throws IOException {
    ObjectNode file = mapper.createObjectNode();
    file.set("cases", cases);
    Files.writeString(folder.resolve("scripts.json"), mapper.writeValueAsString(file));
    Report report =
        new Conformance(List.of(new Http2Attacks()), new Exceptions(List.of()), List.of())
            .run(folder);
    return report.files().getFirst();
  }
}
