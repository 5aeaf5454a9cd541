package io.heraldmesh.proxy.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** One entry as a line of JSON. What a client chose is escaped, and cut when it is long. */
final class AccessLine {
  private static final JsonFactory JSON = new JsonFactory();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private AccessLine() {}

  static byte[] of(AccessEntry entry) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("start_time", TIME.format(entry.start()));
      json.writeStringField("reporter", entry.reporter());
      json.writeStringField("workload", entry.workload());
      json.writeStringField("protocol", entry.protocol());
      text(json, "method", entry.method());
      text(json, "authority", entry.authority());
      text(json, "path", entry.path());
      json.writeNumberField("response_code", entry.status());
      json.writeStringField("response_flags", ResponseFlag.of(entry.flag()));
      text(json, "failure", entry.flag().equals(ResponseFlag.NONE) ? null : entry.flag());
      json.writeStringField("reason", entry.reason().code());
      text(json, "reason_detail", entry.refused() ? entry.reason().detail() : null);
      text(json, "policy", entry.reason().policy());
      if (entry.reason().rule() >= 0) {
        json.writeNumberField("rule", entry.reason().rule());
      }
      text(json, "principal", entry.principal());
      text(json, "request_principal", entry.requestPrincipal());
      json.writeBooleanField("mutual_tls", entry.mutualTls());
      text(json, "destination", entry.destination());
      text(json, "source_ip", entry.source());
      text(json, "upstream_host", entry.upstream());
      text(json, "request_id", entry.requestId());
      text(json, "user_agent", entry.userAgent());
      GrpcCall grpc = entry.grpc();
      text(json, "grpc_status", grpc == null ? null : grpc.status());
      json.writeNumberField("bytes_received", entry.bytesIn());
      json.writeNumberField("bytes_sent", entry.bytesOut());
      json.writeNumberField("duration_us", entry.durationMicros());
      json.writeEndObject();
    }
    line.write('\n');
    return line.toByteArray();
  }

  private static void text(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(
          name,
          value.length() <= AccessEntry.LONGEST
              ? value
              : value.substring(0, AccessEntry.LONGEST) + "…");
    }
  }
}
