package io.heraldmesh.resource.read;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Value;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression as the v1alpha1 API means it, ECMAScript's, as far as it can be matched in
 * time that grows with the length of the path alone (RE2). What only one of the two knows is
 * refused: it would mean something else, or nothing, to the other.
 */
final class PathRegex {
  /** Characters. */
  static final int MAX_LENGTH = 1024;

  /** Of repetitions within repetitions; more would make a short text a huge program. */
  static final int MAX_REPEATS = 1000;

  /** Steps of RE2; a match costs at most this for each character of the path. */
  static final int MAX_PROGRAM = 5000;

  private PathRegex() {}

  /** Reports what keeps {@code regex} from being used. */
  static void check(Value written, String regex) {
    String fault = fault(regex);
    if (fault != null) {
      written.problem(ProblemCode.INVALID_REGEX, Shown.quoted(regex) + " " + fault);
    }
  }

  private static @Nullable String fault(String regex) {
    if (regex.length() > MAX_LENGTH) {
      return "is longer than " + MAX_LENGTH + " characters";
    }
    for (int i = 0; i < regex.length(); i++) {
      String rest = regex.substring(i);
      if (rest.startsWith("\\")) {
        char escaped = rest.length() > 1 ? rest.charAt(1) : ' ';
        if (escaped >= '1' && escaped <= '9') {
          return "has a back-reference, which cannot be matched in linear time";
        }
        if ("AzQEpPC".indexOf(escaped) >= 0) {
          return "has \\" + escaped + ", which ECMAScript does not know";
        }
        i++;
      } else if (rest.startsWith("(?=")
          || rest.startsWith("(?!")
          || rest.startsWith("(?<=")
          || rest.startsWith("(?<!")) {
        return "looks ahead or behind, which cannot be matched in linear time";
      } else if (rest.startsWith("(?") && !rest.startsWith("(?:")) {
        return "has a group of a kind that ECMAScript does not know";
      }
    }
    if (repeats(regex) > MAX_REPEATS) {
      return "repeats more than " + MAX_REPEATS + " times";
    }
    try {
      int size = Pattern.compile(regex).programSize();
      return size > MAX_PROGRAM ? "is too costly to match" : null;
    } catch (PatternSyntaxException e) {
      return "is no regular expression: " + e.getDescription();
    }
  }

  /** The largest product of counted repetitions that stand in each other. */
  private static long repeats(String regex) {
    Deque<Long> open = new ArrayDeque<>();
    open.push(1L);
    long last = 1;
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      long inside = 1;
      if (c == '\\') {
        i++;
      } else if (c == '(') {
        open.push(1L);
      } else if (c == ')' && open.size() > 1) {
        inside = open.pop();
      } else if (c == '{') {
        inside = last * Math.max(1, count(regex, i));
      }
      last = Math.min(inside, Integer.MAX_VALUE);
      open.push(Math.max(open.pop(), last));
    }
    return open.stream().mapToLong(Long::longValue).max().orElse(1);
  }

  /** The larger number of <code>{n,m}</code>; 0 when it is none. */
  private static long count(String regex, int brace) {
    long largest = 0;
    long number = 0;
    for (int i = brace + 1; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c >= '0' && c <= '9') {
        number = Math.min(number * 10 + (c - '0'), Integer.MAX_VALUE);
      } else if (c == ',' || c == '}') {
        largest = Math.max(largest, number);
        number = 0;
        if (c == '}') {
          return largest;
        }
      } else {
        return 0;
      }
    }
    return 0;
  }
}
