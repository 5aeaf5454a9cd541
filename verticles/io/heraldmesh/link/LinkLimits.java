package io.heraldmesh.link;

import io.heraldmesh.bus.SnapshotPush;
import java.time.Duration;

/** What both ends of a link hold to. */
final class LinkLimits {
  /** The version of link.proto that is spoken here; there is none before. */
  static final int PROTOCOL = 1;

  /** One message of a node: the largest is an announcement. */
  static final int MOST_FROM_NODE = (1 << 20) + (64 << 10);

  /** One message to a node: the largest is a snapshot that it asked for. */
  static final int MOST_TO_NODE = SnapshotPush.MOST_FETCHED_BYTES + (64 << 10);

  /** The same of a node that takes no hints: it is of a version that ends its link over more. */
  static final int MOST_TO_OLD_NODE = SnapshotPush.MOST_BYTES;

  /** Requests of one side that wait for their answers; beyond it they fail at once. */
  static final int MOST_WAITING = 64;

  /** Requests that a control node has open for one node; it reads no further meanwhile. */
  static final int MOST_OPEN = 16;

  /** Answers to what a node asked in vain that wait for it; it is read no further meanwhile. */
  static final int MOST_REFUSED = 64;

  /** Requests that a node has open for the control node. */
  static final int MOST_OPEN_AT_NODE = 8;

  static final Duration PING_EVERY = Duration.ofSeconds(3);

  /** Nothing heard for so long: the other end is gone, whatever its socket says. */
  static final Duration DEAD_AFTER = Duration.ofSeconds(9);

  /** For the first message to come. */
  static final Duration GREET_WITHIN = Duration.ofSeconds(10);

  /** From the first attempt to connect until the control node's hello, its turn included. */
  static final Duration LET_IN_WITHIN = Duration.ofSeconds(20);

  /** How long a control node waits for whoever in the control plane a node's question is for. */
  static final Duration ASK_WITHIN = Duration.ofSeconds(10);

  /**
   * How long an answer is waited for, the time of a large one on its way included: that the link is
   * dead, or that nobody answers behind it, is known long before.
   */
  static final Duration ANSWER_WITHIN = Duration.ofSeconds(60);

  /** A link on which less arrives, 1 Mbit/s, counts as one on which nothing does. */
  static final long LEAST_BYTES_PER_SECOND = 125_000;

  /** How long an older stream of a node, one at a time, may go on with what it has begun. */
  static final Duration DRAIN = Duration.ofSeconds(5);

  private LinkLimits() {}
}
