package io.heraldmesh.conformance.attacks;

import io.heraldmesh.conformance.Outcome;
import java.util.Arrays;
import java.util.List;

/** The words with which attack cases say what must come out. */
final class Expected {
  private Expected() {}

  /**
   * {@code valid} or {@code invalid}, by every implementation alike.
   *
   * @param answers of each crypto implementation
   */
  static Outcome validity(String word, List<Boolean> answers, String detail) {
    return word.equals("valid") || word.equals("invalid")
        ? alike(word.equals("valid"), answers, detail)
        : Outcome.notUnderstood(word);
  }

  /** {@code accept}, {@code reject} or {@code either}, by every implementation alike. */
  static Outcome acceptance(String word, List<Boolean> answers, String detail) {
    return switch (word) {
      case "accept" -> alike(true, answers, detail);
      case "reject" -> alike(false, answers, detail);
      case "either" -> alike(answers.getFirst(), answers, detail);
      default -> Outcome.notUnderstood(word);
    };
  }

  private static Outcome alike(boolean expected, List<Boolean> answers, String detail) {
    return answers.stream().distinct().count() == 1
        ? Outcome.accepted(expected, answers.getFirst(), detail)
        : Outcome.wrong("crypto implementations differ: " + detail);
  }

  /**
   * Whether {@code status} is among those that {@code words} allow: {@code 401 or 403}, {@code
   * 200-or-403}, {@code 400, 403 or 501}. Null when they are not such a list.
   */
  static List<Integer> statuses(String words) {
    return Arrays.stream(words.split("\\s*(,|-or-|\\bor\\b)\\s*", -1))
        .filter(w -> !w.isBlank())
        .map(w -> Integer.valueOf(w.strip()))
        .toList();
  }

  /** Compares a status with the list that {@code words} give. */
  static Outcome status(String words, int actual, String detail) {
    List<Integer> allowed;
    try {
      allowed = statuses(words);
    } catch (NumberFormatException e) {
      return Outcome.notUnderstood(words);
    }
    return allowed.contains(actual)
        ? Outcome.asExpected()
        : new Outcome.Differs(
            "got " + actual + ", expected " + words + ": " + detail,
            allowed.contains(200) && actual != 200);
  }
}
