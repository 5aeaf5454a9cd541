package io.heraldmesh.proxy.upstream;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.time.Instant;

/**
 * How long a connection may be lent, by what its server has proved with: it ends with the
 * certificate, and so would whatever is under way then, while a new connection is shown a newer
 * one.
 */
final class Proof {
  /** For what was lent last to be answered. */
  private static final Duration EARLY = Duration.ofSeconds(5);

  private static final AttributeKey<Instant> UNTIL = AttributeKey.valueOf(Proof.class, "until");

  private Proof() {}

  /**
   * @param end of the certificate; where it is near there is no newer one
   */
  static void set(Channel channel, Instant end, Instant now) {
    Instant early = end.minus(EARLY);
    channel.attr(UNTIL).set(early.isBefore(now.plus(EARLY)) ? end : early);
  }

  /** It is lent no more. */
  static boolean over(Channel channel, Instant now) {
    Instant until = channel.attr(UNTIL).get();
    return until != null && !now.isBefore(until);
  }
}
