package io.heraldmesh.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a node said last of what runs on it.
 *
 * @param sequence rises with all that one node says
 * @param message as it came, decoded; null: the node took its leave, or something that it runs was
 *     taken back
 * @param lostAt since when it is not heard of, or, without a message, when it took its leave; null:
 *     it was heard of by whoever wrote this, and took no leave
 */
public record Announced(
    String node, long sequence, @Nullable String message, @Nullable Instant lostAt) {

  public Announced {
    Words.name("node", node);
  }
}
