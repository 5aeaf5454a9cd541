package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.upstream.Choice;
import io.heraldmesh.proxy.upstream.Target;
import io.heraldmesh.proxy.upstream.UpstreamStream;

/**
 * The endpoints that one request is sent to, one after the other until one answers. Belongs to one
 * event loop.
 */
final class Attempts {
  private Choice choice;
  private boolean repeated;

  Attempts(Choice first) {
    this.choice = first;
  }

  /** False when as much is under way to the destination as may be; it must not be sent then. */
  boolean begin() {
    return choice.begin();
  }

  /** The last one. */
  Choice choice() {
    return choice;
  }

  Target target() {
    return choice.target();
  }

  /** More than one endpoint was chosen. */
  boolean retried() {
    return choice.isRetry();
  }

  /**
   * Goes to another endpoint, because nothing of the request can have been acted on; false when
   * there is none.
   *
   * @param here the same one will do when there is no other
   */
  boolean another(boolean here) {
    Choice other = choice.another(here);
    if (other == null) {
      return false;
    }
    // what an endpoint did not look at, as when it shuts down, is no failure of it
    choice.end(here ? 0 : 503);
    if (!other.begin()) {
      return false;
    }
    choice = other;
    return true;
  }

  /**
   * Whether a request on a connection that broke may be sent once more to the same endpoint, on a
   * new one: the connection was most likely being closed while it was lent. The caller has made
   * sure that nothing of a response was heard and that the method may be repeated (RFC 9110 section
   * 9.2.2). Says yes only once.
   */
  boolean again(UpstreamStream broken) {
    boolean again = broken.reused() && !repeated && !(broken.refused() && retried());
    repeated |= again;
    return again;
  }

  /** As {@link Choice#answered}. */
  void answered(int status) {
    choice.answered(status);
  }

  /**
   * As {@link Choice#end}: it is over, and with {@code status} unless that is 0 and no doing of the
   * endpoint's.
   */
  void end(int status) {
    choice.end(status);
  }
}
