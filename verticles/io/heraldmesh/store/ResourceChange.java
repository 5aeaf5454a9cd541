package io.heraldmesh.store;

import org.jspecify.annotations.Nullable;

/**
 * One resource to be written or deleted.
 *
 * @param content null: delete it
 * @param expected what must be there for the change to be made
 */
public record ResourceChange(ResourceKey key, @Nullable String content, Expected expected) {

  public ResourceChange {
    if (content != null) {
      Words.text("content", content);
    }
  }

  /** What must be there: the compare of compare-and-set. */
  public sealed interface Expected {
    /** Whatever is there. */
    record Any() implements Expected {}

    /** Nothing. */
    record Absent() implements Expected {}

    /** The resource as it was changed at this revision. */
    record At(Revision revision) implements Expected {}

    /** True: {@code found} is what is expected; null means nothing is there. */
    default boolean meets(@Nullable Revision found) {
      return switch (this) {
        case Any() -> true;
        case Absent() -> found == null;
        case At(Revision revision) -> revision.equals(found);
      };
    }
  }
}
