package io.heraldmesh.proxy.overload;

/** What a node gives up for want of memory. Each level includes those before it. */
public enum OverloadLevel {
  /** Nothing. */
  NORMAL(0),

  /**
   * Patience: whoever has not said who it is, has not finished the head of its request, keeps a
   * connection without using it, or does not take or send what it began, is closed after a second.
   */
  SAVING(1),

  /** New requests: they are answered 503, and their connections end. */
  SHEDDING(2),

  /** New connections: they are closed at once. */
  REFUSING(3);

  private final int number;

  OverloadLevel(int number) {
    this.number = number;
  }

  /** As metrics show it; higher gives up more. */
  int number() {
    return number;
  }
}
