package io.heraldmesh.policy;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Rules by what they ask for: each stands under the keys of its most selective {@link Dimension},
 * so that a request is compared with few of them however many there are. Rules without a key in any
 * stand apart and are all compared.
 */
final class RuleIndex {
  private final Dimension[] dimensions;
  private final TextIndex[] indexes;
  private final int[] apart;

  private RuleIndex(Map<Dimension, TextIndex> indexes, int[] apart) {
    this.dimensions = indexes.keySet().toArray(Dimension[]::new);
    this.indexes = indexes.values().toArray(TextIndex[]::new);
    this.apart = apart;
  }

  /**
   * @param places of the rules to index, rising
   * @param http false: rules are as they hold for TCP, without what only HTTP requests have
   */
  static RuleIndex of(CompiledRule[] rules, int[] places, boolean http) {
    List<List<Keys>> keys = new ArrayList<>(places.length);
    Map<Key, Integer> uses = new HashMap<>();
    for (int place : places) {
      List<Keys> own = keys(rules[place].rule(), http);
      keys.add(own);
      own.forEach(in -> in.each(key -> uses.merge(key, 1, Integer::sum)));
    }
    Map<Dimension, TextIndex.Builder> builders = new EnumMap<>(Dimension.class);
    List<Integer> apart = new ArrayList<>();
    for (int i = 0; i < places.length; i++) {
      List<Keys> own = keys.get(i);
      if (own.isEmpty()) {
        apart.add(places[i]);
      } else {
        Keys best = mostSelective(own, uses);
        TextIndex.Builder builder =
            builders.computeIfAbsent(best.dimension(), d -> new TextIndex.Builder());
        for (TextMatch pattern : best.patterns()) {
          builder.add(pattern, places[i]);
        }
      }
    }
    Map<Dimension, TextIndex> indexes = new EnumMap<>(Dimension.class);
    builders.forEach((dimension, builder) -> indexes.put(dimension, builder.build()));
    return new RuleIndex(indexes, apart.stream().mapToInt(Integer::intValue).toArray());
  }

  /** Offers every rule that may match, and others. */
  void find(Facts facts, TextIndex.Candidates candidates) {
    for (int i = 0; i < dimensions.length; i++) {
      dimensions[i].find(facts, indexes[i], candidates);
    }
    candidates.offer(apart);
  }

  private record Key(Dimension dimension, TextMatch pattern) {}

  /** All keys of one rule in one dimension. */
  private record Keys(Dimension dimension, List<TextMatch> patterns) {
    void each(Consumer<Key> action) {
      patterns.forEach(pattern -> action.accept(new Key(dimension, pattern)));
    }
  }

  private static List<Keys> keys(Rule rule, boolean http) {
    List<Keys> keys = new ArrayList<>();
    for (Dimension dimension : Dimension.values()) {
      List<TextMatch> own =
          http || !dimension.httpOnly() ? dimension.keys(rule) : List.<TextMatch>of();
      if (!own.isEmpty()) {
        keys.add(new Keys(dimension, own));
      }
    }
    return keys;
  }

  /** Where the rule shares its keys with the fewest others. */
  private static Keys mostSelective(List<Keys> keys, Map<Key, Integer> uses) {
    Keys best = keys.getFirst();
    int fewest = Integer.MAX_VALUE;
    for (Keys in : keys) {
      int sharing = sharing(in, uses);
      if (sharing < fewest) {
        best = in;
        fewest = sharing;
      }
    }
    return best;
  }

  /** A prefix or suffix catches more than an exact key that is as often used. */
  private static int sharing(Keys keys, Map<Key, Integer> uses) {
    int most = 0;
    for (TextMatch pattern : keys.patterns()) {
      int wide = pattern instanceof TextMatch.Exact ? 0 : 1;
      int used = uses.getOrDefault(new Key(keys.dimension(), pattern), 0);
      most = Math.max(most, 2 * used + wide);
    }
    return most;
  }
}
