package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether what was let in would be let in again: identities, roots and permissions may have been
 * withdrawn since. Belongs to the connection's event loop.
 */
interface Standing {

  /** Why it must end; null while it may go on. Costs next to nothing while nothing changed. */
  @Nullable Reason withdrawn(Instant now);

  /**
   * Once it is withdrawn: nobody doubts who the other side is, so that requests on it are refused
   * by an answer before it ends.
   */
  default boolean mayAnswer() {
    return false;
  }

  /**
   * What a request is answered that was withdrawn, as long as nothing was answered yet: 403 only
   * where policy refuses it.
   */
  default int status() {
    return 403;
  }
}
