package io.heraldmesh.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where Herald is stricter on purpose: the list {@code stricter.json} of the jar, with a reason for
 * each entry. An entry whose cases are there and none of which differs any more is stale.
 */
final class Exceptions {
  /** How an entry fared in one run. */
  private static final class Use {
    private boolean passed;
    private boolean differed;
    private String file = "";
  }

  /**
   * @param file glob of the files
   * @param id glob of the cases' ids, or null
   * @param kind of the cases, or null
   */
  record Entry(String file, @Nullable String id, @Nullable String kind, String reason) {
    boolean covers(String file, String id, String kind) {
      return Globs.matches(this.file, file)
          && (this.id == null || Pattern.matches(Globs.regex(this.id), id))
          && (this.kind == null || this.kind.equals(kind));
    }

    private String title() {
      return id == null ? "class " + kind : id;
    }
  }

  private final Map<Entry, Use> entries = new LinkedHashMap<>();

  Exceptions(List<Entry> entries) {
    entries.forEach(e -> this.entries.put(e, new Use()));
  }

  Set<Entry> entries() {
    return entries.keySet();
  }

  @Nullable String reason(String file, String id, String kind) {
    Entry entry = entry(file, id, kind);
    return entry == null ? null : entry.reason();
  }

  void sawPass(String file, String id, String kind) {
    Use use = use(file, id, kind);
    use.passed = true;
    use.file = file;
  }

  void sawDifference(String file, String id, String kind) {
    use(file, id, kind).differed = true;
  }

  /** A failure for each stale entry, by the file where its cases stand. */
  Map<String, List<CaseResult>> stale() {
    Map<String, List<CaseResult>> stale = new LinkedHashMap<>();
    entries.forEach(
        (entry, use) -> {
          if (use.passed && !use.differed) {
            stale
                .computeIfAbsent(use.file, f -> new ArrayList<>())
                .add(
                    new CaseResult(
                        "stale: " + entry.title(),
                        "exception",
                        false,
                        Verdict.FAILED,
                        "listed as stricter on purpose, but no case differs any more; remove the"
                            + " entry"));
          }
        });
    return stale;
  }

  private Use use(String file, String id, String kind) {
    Entry entry = entry(file, id, kind);
    Use use = entry == null ? null : entries.get(entry);
    if (use == null) {
      throw new IllegalStateException("no entry covers " + file + " " + id);
    }
    return use;
  }

  private @Nullable Entry entry(String file, String id, String kind) {
    for (Entry entry : entries.keySet()) {
      if (entry.covers(file, id, kind)) {
        return entry;
      }
    }
    return null;
  }
}
