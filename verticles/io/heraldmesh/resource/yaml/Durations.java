package io.heraldmesh.resource.yaml;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Istio and Go write them: {@code 10s}, {@code 1h30m}, {@code 1.5s}, {@code 20ms}. */
public final class Durations {
  private static final Pattern WHOLE = Pattern.compile("([0-9]{1,12}(\\.[0-9]{1,9})?(h|m|s|ms))+");
  private static final Pattern PART = Pattern.compile("([0-9.]+)(ms|h|m|s)");

  private Durations() {}

  public static Optional<Duration> parse(String text) {
    if (text.length() > 64 || !WHOLE.matcher(text).matches()) {
      return Optional.empty();
    }
    BigDecimal nanos = BigDecimal.ZERO;
    Matcher part = PART.matcher(text);
    while (part.find()) {
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit(part))));
    }
    BigDecimal[] split = nanos.divideAndRemainder(BigDecimal.valueOf(1_000_000_000L));
    return Optional.of(Duration.ofSeconds(split[0].longValue(), split[1].longValue()));
  }

  /** The shortest of these forms. */
  static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }

  private static long unit(Matcher part) {
    return switch (part.group(2)) {
      case "h" -> 3_600_000_000_000L;
      case "m" -> 60_000_000_000L;
      case "s" -> 1_000_000_000L;
      default -> 1_000_000L;
    };
  }
}
