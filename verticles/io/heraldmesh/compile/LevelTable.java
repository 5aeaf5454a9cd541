package io.heraldmesh.compile;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * With which schema level each word of a snapshot came: a kind of record, or a constant of an enum.
 * A node that knows a level knows every word of it and of those below, and refuses a snapshot with
 * any other. Immutable.
 *
 * <p>A word is named as the code names it within its package, {@code Condition.PortCondition}. What
 * is new in a snapshot must be a new word: a component added to a record that older nodes know
 * could not be left out for them.
 */
public final class LevelTable {
  /** The table of this version; {@code levels.txt} beside this class. */
  public static final LevelTable NOW = read();

  private static final int FIRST = 1;

  private final Map<String, Integer> levels;
  private final int newest;

  private LevelTable(Map<String, Integer> levels) {
    this.levels = Map.copyOf(levels);
    this.newest = levels.values().stream().mapToInt(level -> level).max().orElse(FIRST);
  }

  /** This table, but {@code word} came with {@code level}. */
  public LevelTable with(String word, int level) {
    Map<String, Integer> changed = new HashMap<>(levels);
    changed.put(word, level);
    return new LevelTable(changed);
  }

  /** The highest level that any word came with. */
  public int newest() {
    return newest;
  }

  Set<String> words() {
    return levels.keySet();
  }

  /** The lowest level that {@code said}, with all that is in it, can be said in. */
  int needed(@Nullable Object said) {
    if (newest == FIRST) {
      return FIRST;
    }
    return switch (said) {
      case Record record -> needed(record);
      case Enum<?> constant -> level(constant);
      case Collection<?> all -> all.stream().mapToInt(this::needed).max().orElse(FIRST);
      case Map<?, ?> map -> Math.max(needed(map.keySet()), needed(map.values()));
      case Optional<?> one -> needed(one.orElse(null));
      case null, default -> FIRST;
    };
  }

  private int needed(Record record) {
    int needed = level(record);
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      needed = Math.max(needed, needed(Components.value(component, record)));
    }
    return needed;
  }

  /** The level of this word alone. */
  int level(Object word) {
    return levels.getOrDefault(name(word), FIRST);
  }

  static String name(Object word) {
    return word instanceof Enum<?> constant
        ? name(constant.getDeclaringClass()) + "." + constant.name()
        : name(word.getClass());
  }

  static String name(Class<?> type) {
    return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
  }

  private static LevelTable read() {
    Map<String, Integer> levels = new TreeMap<>();
    try (InputStream in = LevelTable.class.getResourceAsStream("levels.txt")) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks levels.txt");
      }
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .forEach(line -> put(levels, line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new LevelTable(levels);
  }

  private static void put(Map<String, Integer> levels, String line) {
    int space = line.indexOf(' ');
    levels.put(line.substring(space + 1), Integer.valueOf(line.substring(0, space)));
  }
}
