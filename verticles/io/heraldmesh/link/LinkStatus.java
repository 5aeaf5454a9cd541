package io.heraldmesh.link;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a node's link stands.
 *
 * @param control name of the control node that it is attached to; null: to none
 * @param address of that control node; null likewise
 * @param since when it attached, or lost its link; null: it never had one
 * @param lastError why the last try failed; null while attached
 */
public record LinkStatus(
    @Nullable String control,
    @Nullable String address,
    @Nullable Instant since,
    @Nullable String lastError) {

  public boolean attached() {
    return control != null;
  }
}
