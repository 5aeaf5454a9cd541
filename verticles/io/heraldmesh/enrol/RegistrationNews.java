package io.heraldmesh.enrol;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has whoever follows what is registered told that there is something new, and not of those who
 * only ask again: it reads all of it. What could not be told is told with the next. Thread-safe.
 */
final class RegistrationNews {
  private final Runnable follower;
  private final AtomicBoolean untold = new AtomicBoolean();

  RegistrationNews(Runnable follower) {
    this.follower = follower;
  }

  /** Fails as the follower does; the next call tells it again. */
  void tell(boolean isNew) {
    if (!untold.getAndSet(false) && !isNew) {
      return;
    }
    try {
      follower.run();
    } catch (RuntimeException e) {
      untold.set(true);
      throw e;
    }
  }
}
