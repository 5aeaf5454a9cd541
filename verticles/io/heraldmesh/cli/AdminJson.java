package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** How the commands of the admin API write JSON and times. */
final class AdminJson {
  static final ObjectMapper MAPPER = new ObjectMapper();

  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private AdminJson() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** RFC 3339 UTC with milliseconds. */
  static @Nullable String time(@Nullable Instant at) {
    return at == null ? null : MILLIS.format(at);
  }
}
