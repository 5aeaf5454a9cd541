package io.heraldmesh.policy;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/** How a {@link TriggerRule} names paths; compared with case. */
public sealed interface PathMatch {

  record Exact(String text) implements PathMatch {}

  record Prefix(String text) implements PathMatch {}

  record Suffix(String text) implements PathMatch {}

  /** A regular expression of the whole path, matched in linear time (RE2). */
  record Regex(String text) implements PathMatch {
    public Regex {
      compile(text);
    }

    /**
     * @throws IllegalArgumentException when it is no regular expression
     */
    static Pattern compile(String text) {
      try {
        return Pattern.compile(text);
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException("no regular expression: " + e.getDescription(), e);
      }
    }
  }
}
