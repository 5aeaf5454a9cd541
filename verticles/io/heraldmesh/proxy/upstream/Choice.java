package io.heraldmesh.proxy.upstream;

import org.jspecify.annotations.Nullable;

/**
 * The endpoint that one request or connection goes to, and the count of what is under way to it.
 * Belongs to one event loop.
 */
public final class Choice {
  private final Target target;
  private final @Nullable Route route;
  private final @Nullable EndpointState state;
  private boolean counted;

  private Choice(Target target, @Nullable Route route, @Nullable EndpointState state) {
    this.target = target;
    this.route = route;
    this.state = state;
  }

  /** There is but one, and it is always called. */
  public static Choice only(Target target) {
    return new Choice(target, null, null);
  }

  static Choice of(Target target, Route route, EndpointState state) {
    return new Choice(target, route, state);
  }

  public Target target() {
    return target;
  }

  /**
   * Something is about to be sent there.
   *
   * @return false when as much is under way to the destination as may be; it must not be sent then
   */
  public boolean begin() {
    if (route == null || state == null) {
      return true;
    }
    counted = route.enter();
    if (counted) {
      state.active().incrementAndGet();
    }
    return counted;
  }

  /**
   * It is over. Later calls, and those without {@link #begin}, change nothing.
   *
   * @param status of the answer, or what the caller was told because of this endpoint; 0: nothing
   *     that would be the endpoint's doing
   */
  public void end(int status) {
    if (!counted || route == null || state == null) {
      return;
    }
    counted = false;
    state.active().decrementAndGet();
    route.leave();
    if (status != 0) {
      route.answered(state, status);
    }
  }
}
