package io.heraldmesh.conformance.live;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What becomes of a case.
 *
 * @param seen heads of the requests that reached the service
 */
record SmugglingVerdict(
    JsonNode c, SmuggledBytes bytes, Smuggling.Answers answers, List<String> seen) {
  /** Headers that only a proxy may write, and those of an upgrade that is not forwarded. */
  private static final Pattern OWN =
      Pattern.compile(
          "x-forwarded-.*|x-real-ip|forwarded|x-envoy-.*|x-jwt-.*|x-auth-request-.*|upgrade|http2-settings");

  /** A request's number and a certificate's hash, which the proxy makes up. */
  private static final Pattern MADE =
      Pattern.compile(
          "\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b|\\bHash=[0-9a-f]{64}\\b");

  Outcome outcome() {
    if (seen.stream().anyMatch(head -> line(head).contains("/smuggled-"))) {
      return Outcome.wrong("a smuggled request arrived: " + seen);
    }
    if (seen.size() > c.get("max_upstream").asInt()) {
      return Outcome.wrong(seen.size() + " requests arrived: " + seen);
    }
    return switch (c.get("expect").asText()) {
      case "one" -> Outcome.accepted(true, seen.size() == 1 && first() == 200, "status " + first());
      case "one-sanitised" ->
          seen.size() == 1 && first() == 200
              ? sanitised(seen.getFirst())
              : Outcome.accepted(true, false, "status " + first());
      case "two" ->
          Outcome.accepted(
              true, first() == 200 && answers.statuses().getLast() > 0, "got " + answers);
      case "400", "405-or-400", "431-or-400", "close" -> refused();
      case "close-at-timeout" ->
          Outcome.unless(answers.open() ? "still open after the timeout" : "");
      case "either" -> Outcome.asExpected();
      default -> Outcome.notUnderstood(c.get("expect").asText());
    };
  }

  private int first() {
    return answers.statuses().getFirst();
  }

  private Outcome refused() {
    if (answers.open()) {
      return Outcome.wrong("the connection stays open");
    }
    boolean accepted = answers.rest().contains("HTTP/1.1 2");
    return Outcome.accepted(false, accepted, "answered " + answers.rest());
  }

  /** None of the proxy's own headers carries on what the client wrote there. */
  private Outcome sanitised(String head) {
    String text = new String(bytes.raw(), StandardCharsets.ISO_8859_1);
    for (String line : text.lines().skip(1).toList()) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
      String value = colon < 0 ? "" : line.substring(colon + 1).strip();
      boolean own = OWN.matcher(name.replace('_', '-')).matches();
      if (own && !value.isEmpty() && head.lines().skip(1).anyMatch(l -> carries(l, value))) {
        return Outcome.wrong(name + " is passed on: " + head);
      }
    }
    return Outcome.asExpected();
  }

  /** Whether {@code value} stands in {@code line}, other than by chance within what is made up. */
  private static boolean carries(String line, String value) {
    List<MatchResult> made = MADE.matcher(line).results().toList();
    int at = line.indexOf(value, line.indexOf(':') + 1);
    while (at >= 0) {
      int start = at;
      int end = at + value.length();
      if (made.stream().noneMatch(m -> within(m, start, end))) {
        return true;
      }
      at = line.indexOf(value, at + 1);
    }
    return false;
  }

  private static boolean within(MatchResult made, int start, int end) {
    return made.start() <= start && end <= made.end() && end - start < made.end() - made.start();
  }

  private static String line(String head) {
    return head.substring(0, head.indexOf("\r\n"));
  }
}
