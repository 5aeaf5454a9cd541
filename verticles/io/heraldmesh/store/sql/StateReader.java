package io.heraldmesh.store.sql;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.StateFileException;
import io.heraldmesh.store.StateSummary;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what {@link StateWriter} wrote, strictly. */
final class StateReader {
  private static final int MAX_LINE = 32 << 20;

  private final ObjectMapper json =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private final Path file;
  private int number;
  private byte[] last = new byte[0];

  /** Takes one row; the values are in the order of the table's columns. */
  interface Rows {
    void row(StateTable table, @Nullable Object[] values) throws SQLException;
  }

  StateReader(Path file) {
    this.file = file;
  }

  /**
   * Reads all of the file. Only when this returns are its rows known to be whole.
   *
   * @throws StateFileException when it is not exported state, not whole, or changed
   */
  StateSummary read(Rows rows) throws SQLException {
    MessageDigest digest = sha256();
    number = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      JsonNode head = object(next(in));
      digest.update(last);
      requireFormat(head);
      Map<String, Long> counts = new LinkedHashMap<>();
      for (StateTable table : StateTable.values()) {
        counts.put(table.sql(), 0L);
      }
      StateTable before = StateTable.SETTING;
      while (true) {
        JsonNode line = object(next(in));
        if (line.has("end")) {
          String found = HexFormat.of().formatHex(digest.digest());
          requireEnd(line, counts, found, in);
          return summary(head, counts, found);
        }
        digest.update(last);
        StateTable table = StateTable.named(text(line, "table"));
        if (table == null) {
          throw wrong("unknown table " + line.get("table"));
        }
        if (table.compareTo(before) < 0) {
          throw wrong("a row of " + table.sql() + " after rows of " + before.sql());
        }
        before = table;
        counts.merge(table.sql(), 1L, Long::sum);
        rows.row(table, values(table, line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next line with its end, which stays in {@link #last}. */
  private byte[] next(InputStream in) throws IOException {
    number++;
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != -1; c = in.read()) {
      line.write(c);
      if (c == '\n') {
        last = line.toByteArray();
        return last;
      }
      if (line.size() > MAX_LINE) {
        throw wrong("is longer than " + MAX_LINE + " bytes");
      }
    }
    throw new StateFileException(
        number == 1 && line.size() == 0
            ? file + ": is empty; name a file that herald state export wrote"
            : file + ": ends in line " + number + ", it is not whole; take another backup");
  }

  private JsonNode object(byte[] line) throws IOException {
    JsonNode read;
    try {
      read = json.readTree(line);
    } catch (JsonProcessingException e) {
      throw wrong("is no JSON");
    }
    if (read == null || !read.isObject()) {
      throw wrong("is no JSON object");
    }
    return read;
  }

  private void requireFormat(JsonNode head) {
    if (!head.path("herald").asText().equals("state")) {
      throw new StateFileException(
          file + ": is no exported state; name a file that herald state export wrote");
    }
    long format = number(head, "format");
    if (format != StateWriter.FORMAT) {
      throw new StateFileException(
          file
              + ": has format "
              + format
              + ", this version reads "
              + StateWriter.FORMAT
              + "; use the version that wrote it");
    }
    long tables = number(head, "tables");
    if (tables != Migrations.FORMAT) {
      throw new StateFileException(
          file
              + ": holds tables of format "
              + tables
              + ", this version reads "
              + Migrations.FORMAT
              + "; import it with the version that wrote it, then start this one");
    }
  }

  private void requireEnd(JsonNode end, Map<String, Long> counts, String digest, InputStream in)
      throws IOException {
    if (!digest.equals(end.path("sha256").asText())) {
      throw new StateFileException(
          file + ": was changed or damaged (its SHA-256 differs); take another backup");
    }
    for (Map.Entry<String, Long> count : counts.entrySet()) {
      if (end.path("rows").path(count.getKey()).asLong(-1) != count.getValue()) {
        throw new StateFileException(
            file + ": lacks rows of " + count.getKey() + "; take another backup");
      }
    }
    if (in.read() != -1) {
      number++;
      throw wrong("stands after the end");
    }
  }

  private StateSummary summary(JsonNode head, Map<String, Long> counts, String digest) {
    try {
      JsonNode domain = head.path("trustDomain");
      return new StateSummary(
          Instant.parse(text(head, "exportedAt")),
          domain.isTextual() ? domain.asText() : null,
          new Revision(number(head, "epoch"), number(head, "revision")),
          counts,
          digest);
    } catch (DateTimeException e) {
      number = 1;
      throw wrong("exportedAt is no time");
    }
  }

  private @Nullable Object[] values(StateTable table, JsonNode line) {
    @Nullable Object[] values = new @Nullable Object[table.columns().size()];
    for (int i = 0; i < values.length; i++) {
      StateTable.Column column = table.columns().get(i);
      JsonNode value = line.get(column.name());
      if (value == null || value.isNull()) {
        if (value == null || !column.nullable()) {
          throw wrong("lacks " + column.name());
        }
      } else if (column.number()) {
        values[i] = number(line, column.name());
      } else {
        values[i] = text(line, column.name());
      }
    }
    if (line.size() != values.length + 1) {
      for (Iterator<String> names = line.fieldNames(); names.hasNext(); ) {
        String name = names.next();
        if (!name.equals("table")
            && table.columns().stream().noneMatch(c -> c.name().equals(name))) {
          throw wrong("has an unknown field " + name);
        }
      }
    }
    return values;
  }

  private String text(JsonNode line, String name) {
    JsonNode value = line.path(name);
    if (!value.isTextual() || value.asText().indexOf('\0') >= 0) {
      throw wrong(name + " is no text");
    }
    return value.asText();
  }

  private long number(JsonNode line, String name) {
    JsonNode value = line.path(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(name + " is no whole number");
    }
    return value.asLong();
  }

  private StateFileException wrong(String what) {
    return new StateFileException(file + ":" + number + ": " + what + "; take another backup");
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
