package io.heraldmesh.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link TextField}, compiled, for an attribute of one text or of several. */
final class FieldMatcher {
  private final @Nullable TextMatcher values;
  private final @Nullable TextMatcher notValues;

  private FieldMatcher(TextField field) {
    values = field.values().isEmpty() ? null : TextMatcher.of(field.values());
    notValues = field.notValues().isEmpty() ? null : TextMatcher.of(field.notValues());
  }

  static FieldMatcher of(TextField field) {
    return new FieldMatcher(field);
  }

  /** One text; null when it is absent: then no pattern matches, and every negative one holds. */
  boolean matches(@Nullable String value) {
    if (value == null) {
      return values == null;
    }
    return (values == null || values.matches(value))
        && (notValues == null || !notValues.matches(value));
  }

  /** Two spellings of one thing: a pattern matches when it matches either. */
  boolean matchesEither(String one, String other) {
    return (values == null || values.matches(one) || values.matches(other))
        && (notValues == null || !notValues.matches(one) && !notValues.matches(other));
  }

  /** A list of which any member may match. */
  boolean matchesMember(List<String> members) {
    return (values == null || anyMatches(values, members))
        && (notValues == null || !anyMatches(notValues, members));
  }

  /**
   * The values of a header, each alone: {@code values} when any is listed, {@code notValues} when
   * any is not listed or there is none.
   */
  boolean matchesHeader(List<String> headerValues) {
    if (values != null && !listed(values, headerValues)) {
      return false;
    }
    return notValues == null || headerValues.isEmpty() || anyUnlisted(notValues, headerValues);
  }

  private static boolean anyMatches(TextMatcher matcher, List<String> members) {
    for (String member : members) {
      if (matcher.matches(member)) {
        return true;
      }
    }
    return false;
  }

  private static boolean listed(TextMatcher matcher, List<String> headerValues) {
    if (matcher.present() && !headerValues.isEmpty()) {
      return true;
    }
    for (String value : headerValues) {
      if (matcher.matches(value.strip())) {
        return true;
      }
    }
    return false;
  }

  private static boolean anyUnlisted(TextMatcher matcher, List<String> headerValues) {
    if (matcher.present()) {
      return false;
    }
    for (String value : headerValues) {
      if (!matcher.matches(value.strip())) {
        return true;
      }
    }
    return false;
  }
}
