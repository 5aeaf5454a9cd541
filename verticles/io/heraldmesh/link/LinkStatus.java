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
 * @param unanswered address on the bus at which nobody has answered lately, though the link lives;
 *     null: there is none
 */
public record LinkStatus(
    @Nullable String control,
    @Nullable String address,
    @Nullable Instant since,
    @Nullable String lastError,
    @Nullable String unanswered) {

  public boolean attached() {
    return control != null;
  }

  LinkStatus withUnanswered(@Nullable String address) {
    return new LinkStatus(control, this.address, since, lastError, address);
  }
}
