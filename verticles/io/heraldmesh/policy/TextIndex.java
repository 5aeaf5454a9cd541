package io.heraldmesh.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rules by the patterns of one attribute: finds those with a pattern that a value of it matches,
 * without trying each.
 */
final class TextIndex {
  private final Map<String, int[]> exact;
  private final Ends prefixes;
  private final Ends suffixes;

  private TextIndex(Map<String, int[]> exact, Ends prefixes, Ends suffixes) {
    this.exact = exact;
    this.prefixes = prefixes;
    this.suffixes = suffixes;
  }

  /** Is told places of rules, in order; a rule with several patterns may come more than once. */
  interface Candidates {
    void offer(int[] places);
  }

  void find(String value, Candidates candidates) {
    int[] places = exact.get(value);
    if (places != null) {
      candidates.offer(places);
    }
    prefixes.find(value, candidates);
    if (suffixes.table.size() > 0) {
      suffixes.find(PrefixTable.reversed(value), candidates);
    }
  }

  /** Collects patterns; rules are added in order. */
  static final class Builder {
    private final Map<String, List<Integer>> exact = new HashMap<>();
    private final Map<String, List<Integer>> prefixes = new HashMap<>();
    private final Map<String, List<Integer>> suffixes = new HashMap<>();

    void add(TextMatch pattern, int place) {
      switch (pattern) {
        case TextMatch.Exact(String text) -> add(exact, text, place);
        case TextMatch.Prefix(String text) -> add(prefixes, text, place);
        case TextMatch.Suffix(String text) -> add(suffixes, PrefixTable.reversed(text), place);
        case TextMatch.Present _, TextMatch.Template _, TextMatch.Glob _ ->
            throw new IllegalArgumentException("no key: " + pattern);
      }
    }

    private static void add(Map<String, List<Integer>> map, String text, int place) {
      map.computeIfAbsent(text, t -> new ArrayList<>(1)).add(place);
    }

    TextIndex build() {
      Map<String, int[]> texts = HashMap.newHashMap(exact.size());
      exact.forEach((text, places) -> texts.put(text, array(places)));
      return new TextIndex(texts, new Ends(prefixes), new Ends(suffixes));
    }
  }

  private static int[] array(List<Integer> places) {
    return places.stream().mapToInt(Integer::intValue).distinct().toArray();
  }

  private static final class Ends {
    final PrefixTable table;
    private final int[][] places;

    Ends(Map<String, List<Integer>> byText) {
      table = new PrefixTable(byText.keySet());
      places = new int[table.size()][];
      byText.forEach((text, list) -> places[table.indexOf(text)] = array(list));
    }

    void find(String value, Candidates candidates) {
      for (int i = table.longest(value); i >= 0; i = table.shorter(i)) {
        candidates.offer(places[i]);
      }
    }
  }
}
