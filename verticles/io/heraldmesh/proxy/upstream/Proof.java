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

  private static final AttributeKey<Span> PROVED = AttributeKey.valueOf(Proof.class, "proved");

  /** From its start to right before its end. */
  record Span(Instant start, Instant end) {
    boolean has(Instant now) {
      return !now.isBefore(start) && now.isBefore(end);
    }
  }

  private Proof() {}

  /**
   * @param certificate its validity; where its end is near there is no newer one
   */
  static void set(Channel channel, Span certificate, Instant now) {
    Instant end = certificate.end();
    Instant early = end.minus(EARLY);
    channel
        .attr(PROVED)
        .set(new Span(certificate.start(), early.isBefore(now.plus(EARLY)) ? end : early));
  }

  /** It is lent no more: the certificate ends, or the clock was set back to before its start. */
  static boolean over(Channel channel, Instant now) {
    Span proved = channel.attr(PROVED).get();
    return proved != null && !proved.has(now);
  }
}
