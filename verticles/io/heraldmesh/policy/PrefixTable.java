package io.heraldmesh.policy;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;

/**
 * Texts, of which those that another text begins with are found in logarithmic time. They are
 * sorted, and each knows the longest other one that it begins with, its parent: all that begin a
 * text are the last one not greater than it, or parents of that one.
 */
final class PrefixTable {
  private final String[] sorted;
  private final int[] parents;

  /** Without duplicates. The empty text begins every text. */
  PrefixTable(Collection<String> texts) {
    sorted = texts.stream().distinct().sorted().toArray(String[]::new);
    parents = new int[sorted.length];
    Deque<Integer> open = new ArrayDeque<>();
    for (int i = 0; i < sorted.length; i++) {
      while (!open.isEmpty() && !sorted[i].startsWith(sorted[open.peek()])) {
        open.pop();
      }
      parents[i] = open.isEmpty() ? -1 : open.peek();
      open.push(i);
    }
  }

  int size() {
    return sorted.length;
  }

  /** Where {@code text} stands, which must be there. */
  int indexOf(String text) {
    return Arrays.binarySearch(sorted, text);
  }

  /** Index of the longest one that {@code text} begins with; −1 when there is none. */
  int longest(String text) {
    int found = Arrays.binarySearch(sorted, text);
    int index = found >= 0 ? found : -found - 2;
    while (index >= 0 && !text.startsWith(sorted[index])) {
      index = parents[index];
    }
    return index;
  }

  /** Index of the next shorter one that begins with the same; −1 after the last. */
  int shorter(int index) {
    return parents[index];
  }

  /** Backwards, so that the end of a text is found as its beginning. */
  static String reversed(String text) {
    char[] chars = new char[text.length()];
    for (int i = 0; i < chars.length; i++) {
      chars[i] = text.charAt(chars.length - 1 - i);
    }
    return new String(chars);
  }
}
