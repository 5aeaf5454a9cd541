package io.heraldmesh.convert;

import io.heraldmesh.resource.AuthenticationPolicy.PathForm;
import io.heraldmesh.resource.AuthenticationPolicy.PathMatch;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A path as the current API can name it: exact, {@code prefix*} or {@code *suffix}. */
record PathPattern(PathForm form, String text) {
  private static final Pattern REGEX =
      Pattern.compile(
          "\\^?(\\.\\*)?((?:[-A-Za-z0-9_~/%@:!,;&=']|\\\\[-.+$*()\\[\\]{}|^/])*)(\\.\\*)?\\$?");

  /** Empty when the current API has no pattern for it. */
  static Optional<PathPattern> of(PathMatch match) {
    String text = match.text().value();
    Optional<PathPattern> pattern =
        match.form() == PathForm.REGEX
            ? ofRegex(text)
            : Optional.of(new PathPattern(match.form(), text));
    return pattern.filter(PathPattern::isExpressible);
  }

  /** Those regular expressions that are only a way to write a prefix, a suffix or a text. */
  private static Optional<PathPattern> ofRegex(String regex) {
    Matcher parts = REGEX.matcher(regex);
    if (!parts.matches() || parts.group(1) != null && parts.group(3) != null) {
      return Optional.empty();
    }
    String literal = parts.group(2).replaceAll("\\\\(.)", "$1");
    PathForm form =
        parts.group(1) != null
            ? PathForm.SUFFIX
            : parts.group(3) != null ? PathForm.PREFIX : PathForm.EXACT;
    return literal.isEmpty() ? Optional.empty() : Optional.of(new PathPattern(form, literal));
  }

  private boolean isExpressible() {
    return !text.contains("*") && !text.contains("{") && !text.contains("}");
  }

  /** As {@code paths} and {@code notPaths} write it. */
  String written() {
    return switch (form) {
      case PREFIX -> text + "*";
      case SUFFIX -> "*" + text;
      case EXACT, REGEX -> text;
    };
  }

  /** Whether every path of {@code other} is one of these. */
  boolean covers(PathPattern other) {
    return switch (form) {
      case EXACT, REGEX -> equals(other);
      case PREFIX -> other.form != PathForm.SUFFIX && other.text.startsWith(text);
      case SUFFIX -> other.form != PathForm.PREFIX && other.text.endsWith(text);
    };
  }

  /** Whether there are paths that are both, and no pattern for them: a prefix and a suffix. */
  boolean crosses(PathPattern other) {
    return !excludes(other) && !covers(other) && !other.covers(this);
  }

  /** Whether no path can be both. */
  boolean excludes(PathPattern other) {
    boolean oneIsExact = form == PathForm.EXACT || other.form == PathForm.EXACT;
    boolean alike = form == other.form;
    return (oneIsExact || alike) && !covers(other) && !other.covers(this);
  }
}
