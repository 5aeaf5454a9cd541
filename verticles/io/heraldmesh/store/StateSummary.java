package io.heraldmesh.store;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a file with exported state holds.
 *
 * @param trustDomain null: the state was never claimed
 * @param revision the newest one then
 * @param rows by table
 * @param sha256 over all of the file but its last line, lower-case hex
 */
public record StateSummary(
    Instant exportedAt,
    @Nullable String trustDomain,
    Revision revision,
    Map<String, Long> rows,
    String sha256) {

  public StateSummary {
    rows = Map.copyOf(rows);
  }

  public long allRows() {
    return rows.values().stream().mapToLong(Long::longValue).sum();
  }
}
