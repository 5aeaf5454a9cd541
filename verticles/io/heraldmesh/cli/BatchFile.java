package io.heraldmesh.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.node.UsageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Function;

/**
 * A file of JSON lines: each is a question with an {@code id}, each gets one line of JSON as its
 * answer. A line that lacks or misspells something is answered with {@code error} and makes the
 * command end with 2; it never falls back to a default.
 */
final class BatchFile {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path file;
  private final Set<String> fields;

  /**
   * @param fields every field that a line may have besides {@code id}
   */
  BatchFile(Path file, Set<String> fields) {
    this.file = file;
    this.fields = fields;
  }

  /** Answers one question. */
  @FunctionalInterface
  interface Question {
    /**
     * @param answer to be filled; has the id already
     * @return whether the answer is yes
     * @throws UsageException when the line cannot be answered; the message says why
     */
    boolean answer(JsonNode line, ObjectNode answer);
  }

  /**
   * Answers every line; gives the exit code: 0 all yes, 1 some no, 2 some line was wrong.
   *
   * @param form how an answer is printed
   */
  int answer(Question question, PrintWriter out, Function<ObjectNode, String> form) {
    boolean no = false;
    boolean wrong = false;
    try (BatchLines lines = BatchLines.of(file)) {
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        if (isBlank(line)) {
          continue;
        }
        ObjectNode answer = JSON.createObjectNode();
        try {
          no |= !question.answer(parse(line, answer), answer);
        } catch (UsageException e) {
          JsonNode id = answer.get("id");
          answer.removeAll();
          answer.set("id", id);
          answer.put("error", e.getMessage());
          wrong = true;
        }
        out.println(form.apply(answer));
      }
    } catch (IOException e) {
      throw GivenFile.unreadable(file, e);
    } finally {
      out.flush();
    }
    return wrong ? 2 : no ? 1 : 0;
  }

  /** A text that must be there. */
  static String text(JsonNode line, String field) {
    JsonNode value = line.get(field);
    if (value == null || !value.isTextual()) {
      throw new UsageException(field + (value == null ? " is missing" : " is not text"));
    }
    return value.asText();
  }

  /** A whole number of seconds since 1970; what the clock says when the field is not there. */
  static Instant time(JsonNode line, String field, InstantSource clock) {
    JsonNode value = line.get(field);
    if (value == null) {
      return clock.instant();
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new UsageException(field + " is not a whole number of seconds");
    }
    try {
      // What reads it counts in milliseconds, too.
      return Instant.ofEpochMilli(Math.multiplyExact(value.asLong(), 1000L));
    } catch (ArithmeticException e) {
      throw new UsageException(field + " is no time: it is too far from 1970");
    }
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t') {
        return false;
      }
    }
    return true;
  }

  private JsonNode parse(byte[] line, ObjectNode answer) {
    JsonNode parsed;
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line));
      parsed = JSON.readTree(text.toString());
    } catch (CharacterCodingException e) {
      throw new UsageException("line is not UTF-8");
    } catch (JsonProcessingException e) {
      throw new UsageException("line is not JSON");
    }
    if (!parsed.isObject()) {
      throw new UsageException("line is not a JSON object");
    }
    answer.set("id", parsed.get("id"));
    if (!parsed.has("id")) {
      throw new UsageException("id is missing");
    }
    parsed
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!name.equals("id") && !fields.contains(name)) {
                throw new UsageException("field " + name + " is unknown");
              }
            });
    return parsed;
  }
}
