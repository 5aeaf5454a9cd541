package io.heraldmesh.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A list of {@link TextMatch}, compiled: true when any of them matches. */
final class TextMatcher {
  /** Up to so many prefixes, or suffixes, are tried one by one. */
  private static final int FEW = 8;

  private final Set<String> exact;
  private final String[] prefixes;
  private final String[] suffixes;
  private final @Nullable PrefixTable manyPrefixes;
  private final @Nullable PrefixTable manySuffixes;
  private final Glob[] globs;
  private final PathTemplate[] templates;
  private final boolean present;

  private TextMatcher(List<TextMatch> matches) {
    List<String> exactTexts = new ArrayList<>();
    List<String> prefixTexts = new ArrayList<>();
    List<String> suffixTexts = new ArrayList<>();
    List<Glob> globList = new ArrayList<>();
    List<PathTemplate> templateList = new ArrayList<>();
    boolean any = false;
    for (TextMatch match : matches) {
      switch (match) {
        case TextMatch.Exact(String text) -> exactTexts.add(text);
        case TextMatch.Prefix(String text) -> prefixTexts.add(text);
        case TextMatch.Suffix(String text) -> suffixTexts.add(text);
        case TextMatch.Glob(String text) -> globList.add(new Glob(text));
        case TextMatch.Template(String text) -> templateList.add(PathTemplate.parse(text));
        case TextMatch.Present() -> any = true;
      }
    }
    this.exact = Set.copyOf(exactTexts);
    this.prefixes = few(prefixTexts);
    this.suffixes = few(suffixTexts);
    this.manyPrefixes = many(prefixTexts);
    this.manySuffixes = many(suffixTexts.stream().map(PrefixTable::reversed).toList());
    this.globs = globList.toArray(Glob[]::new);
    this.templates = templateList.toArray(PathTemplate[]::new);
    this.present = any;
  }

  private static String[] few(List<String> texts) {
    return texts.size() > FEW ? new String[0] : texts.toArray(String[]::new);
  }

  private static @Nullable PrefixTable many(List<String> texts) {
    return texts.size() > FEW ? new PrefixTable(texts) : null;
  }

  static TextMatcher of(List<TextMatch> matches) {
    return new TextMatcher(matches);
  }

  /** True when {@code *} is in the list: being there is enough. */
  boolean present() {
    return present;
  }

  boolean matches(String value) {
    if (present && !value.isEmpty() || exact.contains(value)) {
      return true;
    }
    for (String prefix : prefixes) {
      if (value.startsWith(prefix)) {
        return true;
      }
    }
    for (String suffix : suffixes) {
      if (value.endsWith(suffix)) {
        return true;
      }
    }
    if (manyPrefixes != null && manyPrefixes.longest(value) >= 0
        || manySuffixes != null && manySuffixes.longest(PrefixTable.reversed(value)) >= 0) {
      return true;
    }
    for (Glob glob : globs) {
      if (glob.matches(value)) {
        return true;
      }
    }
    for (PathTemplate template : templates) {
      if (template.matches(value)) {
        return true;
      }
    }
    return false;
  }
}
