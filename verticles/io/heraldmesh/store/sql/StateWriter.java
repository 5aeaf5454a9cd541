package io.heraldmesh.store.sql;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.StateSummary;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes state as lines of JSON: what it is, then each row, then how many there were and the
 * SHA-256 of all bytes before that line.
 */
final class StateWriter {
  /** Of the file, not of the tables. */
  static final int FORMAT = 1;

  private static final int FETCH = 1000;

  private final ObjectMapper json = new ObjectMapper();
  private final MessageDigest digest;
  private final OutputStream out;
  private final OutputStream digested;

  StateWriter(OutputStream out) {
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    this.out = out;
    this.digested = new DigestOutputStream(out, digest);
    json.getFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
  }

  StateSummary write(
      Connection connection, @Nullable String trustDomain, Revision revision, Instant now)
      throws SQLException {
    Instant at = now.truncatedTo(ChronoUnit.MILLIS);
    Map<String, @Nullable Object> head = new LinkedHashMap<>();
    head.put("herald", "state");
    head.put("format", FORMAT);
    head.put("tables", Migrations.FORMAT);
    head.put("exportedAt", at.toString());
    head.put("trustDomain", trustDomain);
    head.put("epoch", revision.epoch());
    head.put("revision", revision.number());
    line(digested, head);
    Map<String, Long> rows = new LinkedHashMap<>();
    for (StateTable table : StateTable.values()) {
      rows.put(table.sql(), table(connection, table));
    }
    String sha256 = HexFormat.of().formatHex(digest.digest());
    Map<String, @Nullable Object> end = new LinkedHashMap<>();
    end.put("end", true);
    end.put("rows", rows);
    end.put("sha256", sha256);
    line(out, end);
    return new StateSummary(at, trustDomain, revision, rows, sha256);
  }

  private long table(Connection connection, StateTable table) throws SQLException {
    long count = 0;
    try (PreparedStatement sql = connection.prepareStatement(table.select())) {
      sql.setFetchSize(FETCH);
      try (ResultSet rows = sql.executeQuery()) {
        while (rows.next()) {
          Map<String, @Nullable Object> line = new LinkedHashMap<>();
          line.put("table", table.sql());
          for (StateTable.Column column : table.columns()) {
            line.put(column.name(), column.read(rows));
          }
          line(digested, line);
          count++;
        }
      }
    }
    return count;
  }

  private void line(OutputStream to, Map<String, @Nullable Object> values) {
    try {
      to.write((json.writeValueAsString(values) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
