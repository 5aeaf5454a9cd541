package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonLinesTest {

  @Test
  void timesAreRfc3339InUtcWithMilliseconds() throws IOException {
    assertThat(line("hello", null).get("time").asText()).isEqualTo("2027-01-15T08:00:00.120Z");
  }

  @Test
  void whatAPeerChoseCannotForgeALine() throws IOException {
    JsonNode line = line("path=/a\n{\"level\":\"INFO\"}\u2028\u0000", null);
    assertThat(line.get("message").asText()).startsWith("path=/a\n{");
    assertThat(line.get("level").asText()).isEqualTo("WARN");
  }

  @Test
  void anErrorIsPartOfItsLine() throws IOException {
    JsonNode line = line("failed", new IllegalStateException("port in use"));
    assertThat(line.get("error").asText()).contains("IllegalStateException: port in use");
  }

  private static JsonNode line(String message, @Nullable Throwable error) throws IOException {
    LoggerContext context = new LoggerContext();
    LoggingEvent event =
        new LoggingEvent("test", context.getLogger("a.b"), Level.WARN, message, error, null);
    event.setInstant(Instant.parse("2027-01-15T08:00:00.120Z"));
    byte[] bytes = new JsonLines().encode(event);
    String text = new String(bytes, StandardCharsets.UTF_8);
    assertThat(text).endsWith("\n");
    assertThat(text.strip()).doesNotContain("\n");
    return new ObjectMapper().readTree(text);
  }
}
