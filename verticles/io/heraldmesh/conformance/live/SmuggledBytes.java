package io.heraldmesh.conformance.live;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What a case sends.
 *
 * @param oneByOne one byte per write
 * @param withoutTls before or instead of a handshake
 */
@SuppressWarnings("ArrayRecordComponent") // made once, sent once, never compared
record SmuggledBytes(byte[] raw, boolean oneByOne, boolean withoutTls) {
  /** More than all headers of a message may have together. */
  private static final int ENDLESS = 256 * 1024;

  /** Null when the case has a word that means nothing here. */
  static @Nullable SmuggledBytes of(JsonNode c) {
    if (c.has("raw_b64")) {
      byte[] raw = Base64.getDecoder().decode(c.get("raw_b64").asText());
      return new SmuggledBytes(raw, c.has("write_at"), false);
    }
    return switch (c.path("gen").asText()) {
      case "{10000 x \"X-i: 1\"}" -> text("X-i: 1\r\n".repeat(10_000) + "\r\n");
      case "endless" -> text("X-i: " + "x".repeat(ENDLESS));
      case "idle" -> new SmuggledBytes(new byte[0], false, true);
      case "big-hello" -> new SmuggledBytes(bigHello(), false, true);
      default -> null;
    };
  }

  private static SmuggledBytes text(String headers) {
    return new SmuggledBytes(
        ("GET /x HTTP/1.1\r\nHost: a.test\r\n" + headers).getBytes(StandardCharsets.US_ASCII),
        false,
        false);
  }

  /** A record of 16 KiB that begins a ClientHello of 16 MiB. */
  private static byte[] bigHello() {
    byte[] raw = new byte[5 + 16 * 1024];
    byte[] start = {0x16, 3, 1, 0x40, 0, 1, (byte) 0xff, (byte) 0xff, (byte) 0xff, 3, 3};
    System.arraycopy(start, 0, raw, 0, start.length);
    return raw;
  }
}
