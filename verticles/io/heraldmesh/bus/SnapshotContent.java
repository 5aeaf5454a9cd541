package io.heraldmesh.bus;

import io.heraldmesh.bus.EncodedSnapshot.Part;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What of a snapshot travels. */
public sealed interface SnapshotContent {

  /** All of it, in one piece: for nodes below {@link SchemaLevel#PARTS}. */
  record Whole(ByteString snapshot) implements SnapshotContent {}

  /**
   * @param own null: the one that the node holds
   * @param shared null: the one that the node holds
   */
  record Parts(@Nullable ByteString own, @Nullable ByteString shared) implements SnapshotContent {}

  /**
   * The snapshot at the node; empty when it lacks what it should hold. Nothing is believed of it
   * before its digest was proven.
   *
   * @param held by the node; null: nothing
   */
  default Optional<EncodedSnapshot> with(@Nullable EncodedSnapshot held) {
    return switch (this) {
      case Whole(ByteString snapshot) -> Optional.of(EncodedSnapshot.whole(snapshot));
      case Parts(var own, var shared) -> {
        // What is held whole has no part that could be kept.
        EncodedSnapshot split = held == null || held.shared() == null ? null : held;
        Part first = own != null ? Part.of(own) : split == null ? null : split.own();
        Part second = shared != null ? Part.of(shared) : split == null ? null : split.shared();
        yield first == null || second == null
            ? Optional.empty()
            : Optional.of(EncodedSnapshot.of(first, second));
      }
    };
  }

  /** False: it is of no use to a node that does not hold what the sender thinks. */
  default boolean complete() {
    return switch (this) {
      case Whole _ -> true;
      case Parts(var own, var shared) -> own != null && shared != null;
    };
  }
}
