package io.heraldmesh.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a set of changes. */
public sealed interface ApplyResult {

  /**
   * All changes are in force.
   *
   * @param revision that of the changes; the current one when nothing differed
   * @param changed what differed, in the order of the changes
   */
  record Applied(Revision revision, List<ResourceKey> changed) implements ApplyResult {
    public Applied {
      changed = List.copyOf(changed);
    }
  }

  /** None of the changes was made, because these found something else than they expected. */
  record Conflicted(List<Conflict> conflicts) implements ApplyResult {
    public Conflicted {
      conflicts = List.copyOf(conflicts);
    }
  }

  /**
   * One resource that is not as expected.
   *
   * @param found the revision at which it was changed; null: it is not there
   */
  record Conflict(ResourceKey key, @Nullable Revision found) {}
}
