package io.heraldmesh.bus;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** How operators are shown a time, in sentences and in JSON: RFC 3339, UTC with milliseconds. */
public final class TimeText {
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private TimeText() {}

  /** As {@code 2030-01-01T00:00:00.000Z}; what is less than a millisecond is left out. */
  public static String of(Instant at) {
    return MILLIS.format(at);
  }
}
