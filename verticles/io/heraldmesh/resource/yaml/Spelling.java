package io.heraldmesh.resource.yaml;

import java.util.Collection;
import java.util.Optional;

/** Finds the name that was probably meant. */
public final class Spelling {
  private Spelling() {}

  /** The candidate that differs least from {@code written}: by case, dashes or a letter or two. */
  public static Optional<String> nearest(String written, Collection<String> candidates) {
    String best = null;
    int least = written.length() < 4 ? 2 : 3;
    for (String candidate : candidates) {
      int distance = distance(fold(written), fold(candidate));
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return Optional.ofNullable(best);
  }

  /** True when the two differ only in case or in one letter. */
  public static boolean isNear(String a, String b) {
    return distance(fold(a), fold(b)) <= 1;
  }

  private static String fold(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .limit(80)
        .filter(c -> c != '_' && c != '-')
        .map(Character::toLowerCase)
        .forEach(out::appendCodePoint);
    return out.toString();
  }

  /** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + cost);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
