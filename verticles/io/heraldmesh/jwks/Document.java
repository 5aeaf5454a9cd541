package io.heraldmesh.jwks;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a server answered.
 *
 * @param maxAge how long it says the answer holds; null when it does not say
 */
record Document(String text, @Nullable Duration maxAge) {
  private static final int MOST_DIGITS = 9;

  /** {@code max-age} of a {@code Cache-Control} (RFC 9111 section 5.2.2.1); null without one. */
  static @Nullable Duration maxAge(@Nullable String cacheControl) {
    if (cacheControl == null) {
      return null;
    }
    for (String directive : cacheControl.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = directive.strip().split("=", 2);
      if (parts.length == 2 && parts[0].equals("max-age")) {
        String seconds = parts[1].replace("\"", "");
        return seconds.matches("\\d{1," + MOST_DIGITS + "}")
            ? Duration.ofSeconds(Long.parseLong(seconds))
            : null;
      }
    }
    return null;
  }
}
