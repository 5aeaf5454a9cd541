package io.heraldmesh.proxy.overload;

import java.util.Locale;

/** What was given up for want of memory or of room, as metrics name it. */
public enum Shed {
  /** A request answered 503. */
  REQUEST,
  /** A connection closed when it came. */
  CONNECTION,
  /** A connection that carried nothing. */
  IDLE,
  /** A connection that had not said, or not proven, who it is. */
  NEWCOMER,
  /** The head of a request that did not go on. */
  HEAD,
  /** A request, response or stream of bytes that one side did not take or send. */
  STALLED;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
