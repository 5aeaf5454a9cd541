package io.heraldmesh.compile;

import io.heraldmesh.policy.TextMatch;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says the same in the words of a lower level, where those mean exactly the same. Nothing is ever
 * left out or widened: a DENY that an older node cannot be told in full is not told to it at all.
 */
final class OlderWords {
  private final LevelTable levels;
  private final int level;

  OlderWords(LevelTable levels, int level) {
    this.levels = levels;
    this.level = level;
  }

  /** {@code said} with each word above the level replaced that has an older form. */
  <T extends Record> T of(T said) {
    @SuppressWarnings("unchecked")
    T same = (T) record(said);
    return same;
  }

  private @Nullable Object rewritten(@Nullable Object said) {
    return switch (said) {
      case Record record -> record(record);
      case List<?> list -> all(list).toList();
      case Set<?> set -> all(set).collect(Collectors.toUnmodifiableSet());
      case null, default -> said;
    };
  }

  private Stream<?> all(Collection<?> values) {
    return values.stream().map(this::rewritten);
  }

  private Record record(Record record) {
    if (levels.needed(record) <= level) {
      return record;
    }
    if (levels.level(record) > level) {
      return older(record).filter(form -> levels.needed(form) <= level).orElse(record);
    }
    RecordComponent[] components = record.getClass().getRecordComponents();
    @Nullable Object[] values = new @Nullable Object[components.length];
    for (int i = 0; i < components.length; i++) {
      values[i] = rewritten(Components.value(components[i], record));
    }
    return Components.with(record, values);
  }

  /** Forms that mean exactly the same. */
  private static Optional<Record> older(Record word) {
    return switch (word) {
      case TextMatch.Glob(String text) -> glob(text).map(match -> (Record) match);
      default -> Optional.empty();
    };
  }

  /** A star at one end alone stands for any number of characters there, as in most fields. */
  private static Optional<TextMatch> glob(String text) {
    int star = text.indexOf('*');
    boolean one = star >= 0 && star == text.lastIndexOf('*') && text.length() > 1;
    Function<String, TextMatch> form = star == 0 ? TextMatch.Suffix::new : TextMatch.Prefix::new;
    return one && (star == 0 || star == text.length() - 1)
        ? Optional.of(form.apply(text.replace("*", "")))
        : Optional.empty();
  }
}
