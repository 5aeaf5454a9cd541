package io.heraldmesh.bus;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How fresh the key sets of token issuers are that the control plane fetches for the mesh.
 *
 * @param by the control node that fetches now; null: none does
 * @param sets by source
 */
public record SharedKeySets(@Nullable String by, List<SharedKeySet> sets) implements Report {
  public static final SharedKeySets NONE = new SharedKeySets(null, List.of());

  public SharedKeySets {
    sets = List.copyOf(sets);
  }

  /** Asks for them. */
  public record SharedKeySetsRequest() {}

  /**
   * @param source its address, without the query, or its issuer
   * @param keys usable keys of the last good set; 0: there is none yet
   * @param fetched when the last good set came from its issuer; null: never, and tokens that need
   *     it are answered with 503
   * @param kept true: by a control node that distributed before, and taken from the database; the
   *     one that does now has not reached the issuer yet
   * @param failures in a row, since the last good fetch
   * @param failing since when; null: the last fetch was good
   * @param lastError what went wrong last; null: the last fetch was good
   */
  public record SharedKeySet(
      String source,
      int keys,
      @Nullable Instant fetched,
      boolean kept,
      int failures,
      @Nullable Instant failing,
      @Nullable String lastError) {}
}
