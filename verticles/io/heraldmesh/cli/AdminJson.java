package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.bus.TimeText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How the commands of the admin API write JSON and times. */
final class AdminJson {
  static final ObjectMapper MAPPER = new ObjectMapper();

  private AdminJson() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** RFC 3339 UTC with milliseconds. */
  static @Nullable String time(@Nullable Instant at) {
    return at == null ? null : TimeText.of(at);
  }
}
