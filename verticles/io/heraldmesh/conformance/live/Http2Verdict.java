package io.heraldmesh.conformance.live;

import io.heraldmesh.conformance.Outcome;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What becomes of a script, by the words of its expectation. */
record Http2Verdict(String expect, Http2Run.Result result) {
  /**
   * More than a few good connections and requests make a pair of proxies allocate, and far less
   * than what a block of the cases unpacks to.
   */
  static final long MOST_ALLOCATED = 8 * 1024 * 1024;

  private static final Pattern BUFFERING =
      Pattern.compile("buffering bounded \\(< (\\d+) kib per stream\\), streams reset at the .*");

  Outcome outcome() {
    if (result.seen().stream().anyMatch(head -> head.contains("smuggled"))) {
      return Outcome.wrong("a smuggled field or path arrived: " + result.seen());
    }
    String words = expect.toLowerCase(Locale.ROOT);
    Matcher buffering = BUFFERING.matcher(words);
    if (buffering.matches()) {
      return stalled(Long.parseLong(buffering.group(1)) * 1024);
    }
    return switch (words) {
      case "200" -> served();
      case "uses host" -> usesHost();
      case "lower-cased or 400 (cve-2023-35944)" ->
          result.answer().malformed() ? nothingArrived() : served();
      case "400", "protocol_error", "stream error or 400" ->
          result.answer().malformed() ? nothingArrived() : notAs("an error of the protocol or 400");
      case "refused" -> result.answer().refused() ? nothingArrived() : notAs("a refusal");
      case "close or 431, memory bounded by decoded size" -> bounded(false);
      case "bounded" -> bounded(true);
      default -> Outcome.notUnderstood("expect " + expect);
    };
  }

  private Outcome served() {
    return result.answer().status() == 200 && result.seen().size() == 1
        ? Outcome.asExpected()
        : notAs("200, and one request at the service");
  }

  private Outcome usesHost() {
    boolean named =
        result.seen().size() == 1
            && result
                .seen()
                .getFirst()
                .lines()
                .anyMatch(line -> line.toLowerCase(Locale.ROOT).equals("host: a.test"));
    return result.answer().status() == 200 && named
        ? Outcome.asExpected()
        : notAs("200, and the name at the service");
  }

  private Outcome nothingArrived() {
    return Outcome.unless(
        result.seen().isEmpty() ? "" : "refused, and arrived all the same: " + result.seen());
  }

  /**
   * @param table what is within the granted table is served, what is beyond it ends the connection
   */
  private Outcome bounded(boolean table) {
    if (result.allocated() > MOST_ALLOCATED) {
      return Outcome.wrong("the proxies allocated " + result.allocated() + " octets for it");
    }
    if (!table) {
      Http2Answer answer = result.answer();
      boolean ended = answer.closed() || answer.error() > 0 || answer.status() == 431;
      return ended ? nothingArrived() : notAs("the end of the connection or 431");
    }
    if (result.answer().status() != 200 || result.seen().size() != 1) {
      return notAs("200 for what stays within the table");
    }
    return result.second().refused() ? Outcome.asExpected() : notAs("an end beyond the table");
  }

  private Outcome stalled(long most) {
    if (result.answer().status() != 200) {
      return notAs("200 for another client meanwhile");
    }
    if (result.resets() < result.asked()) {
      return Outcome.wrong(result.resets() + " of " + result.asked() + " streams were reset");
    }
    return Outcome.unless(
        result.held() < most
            ? ""
            : result.held() + " octets were taken for one stream, expected less than " + most);
  }

  /** Laxer or simply wrong; never on purpose. */
  private Outcome notAs(String expected) {
    return Outcome.wrong(
        "expected "
            + expected
            + ", got "
            + result.answer()
            + (result.second().equals(Http2Answer.none()) ? "" : " and " + result.second())
            + ", at the service "
            + result.seen());
  }
}
