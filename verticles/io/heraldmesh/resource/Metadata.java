package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Position;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code metadata} of an object.
 *
 * @param namespace {@code default} when not written; empty for kinds without a namespace
 * @param created {@code creationTimestamp}; the oldest wins where only one may. Null: not known,
 *     younger than all that know it; of equal age the first by name counts as the oldest
 * @param at where the object begins
 */
public record Metadata(
    String name,
    String namespace,
    Map<String, String> labels,
    Map<String, String> annotations,
    @Nullable Instant created,
    Position at) {
  /**
   * Where only one of several may hold, it is the first: the oldest, of equal age the first by
   * name. Those that do not know their age come last.
   */
  public static final Comparator<Metadata> OLDEST_FIRST =
      Comparator.comparing(
              Metadata::created, Comparator.nullsLast(Comparator.<Instant>naturalOrder()))
          .thenComparing(Metadata::name)
          .thenComparing(Metadata::namespace);

  public Metadata {
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
  }
}
