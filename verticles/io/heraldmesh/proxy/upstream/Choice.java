package io.heraldmesh.proxy.upstream;

import io.heraldmesh.tls.MeshProtocol;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint that one request or connection goes to, and the count of what is under way to it.
 * Belongs to one event loop.
 */
public final class Choice {
  /** Beyond the first, as in Istio. */
  private static final int MOST_RETRIES = 2;

  private final @Nullable Route route;
  private final MeshProtocol protocol;
  private final String host;
  private final Target target;
  private final @Nullable EndpointState state;
  private final @Nullable Choice before;
  private final boolean pinned;
  private boolean counted;
  private boolean told;

  private Choice(
      @Nullable Route route,
      MeshProtocol protocol,
      String host,
      Target target,
      @Nullable EndpointState state,
      @Nullable Choice before,
      boolean pinned) {
    this.route = route;
    this.protocol = protocol;
    this.host = host;
    this.target = target;
    this.state = state;
    this.before = before;
    this.pinned = pinned;
  }

  /** There is but one, and it is always called. */
  public static Choice only(Target target) {
    return new Choice(null, MeshProtocol.TCP, "", target, null, null, false);
  }

  /**
   * @param before the one that was chosen first, and could not be called; null: this is the first
   */
  static Choice of(
      Route route,
      MeshProtocol protocol,
      String host,
      Target target,
      EndpointState state,
      @Nullable Choice before) {
    return new Choice(route, protocol, host, target, state, before, false);
  }

  /** No other endpoint will do. */
  static Choice pinned(
      Route route, MeshProtocol protocol, String host, Target target, EndpointState state) {
    return new Choice(route, protocol, host, target, state, null, true);
  }

  /** It is no destination's. */
  public boolean isOnly() {
    return route == null;
  }

  MeshProtocol protocol() {
    return protocol;
  }

  /** As it was called. */
  String host() {
    return host;
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
    counted = route.enter(isRetry());
    if (counted) {
      state.active().incrementAndGet();
    }
    return counted;
  }

  /** Others were chosen before. */
  public boolean isRetry() {
    return before != null;
  }

  /**
   * Another endpoint, when this one could not be called; null when there is none that was not
   * tried, or when that was tried often enough.
   *
   * @param here the same one will do when there is no other
   */
  public @Nullable Choice another(boolean here) {
    Set<EndpointState> tried = new HashSet<>();
    int retries = -1;
    for (Choice one = this; one != null; one = one.before) {
      if (one.state != null) {
        tried.add(one.state);
      }
      retries++;
    }
    if (retries >= MOST_RETRIES) {
      return null;
    }
    Choice other = pinned || route == null ? null : route.another(this, tried);
    return other == null && here
        ? new Choice(route, protocol, host, target, state, this, pinned)
        : other;
  }

  /**
   * The endpoint has answered, and what it says may go on for long. Only the first answer counts.
   *
   * @param status of the answer
   */
  public void answered(int status) {
    if (counted && !told && route != null && state != null) {
      told = true;
      route.answered(state, status);
    }
  }

  /**
   * It is over. Later calls, and those without {@link #begin}, change nothing.
   *
   * @param status of the answer, or what the caller was told because of this endpoint; 0: nothing
   *     that would be the endpoint's doing. Counts unless it has {@link #answered}
   */
  public void end(int status) {
    if (!counted || route == null || state == null) {
      return;
    }
    if (status != 0) {
      answered(status);
    }
    counted = false;
    state.active().decrementAndGet();
    route.leave(isRetry());
  }
}
