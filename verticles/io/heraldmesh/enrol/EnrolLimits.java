package io.heraldmesh.enrol;

/**
 * How much is taken on. A rate is one token bucket: {@code burst} at once, then {@code perSecond}.
 *
 * @param addressBurst of one IPv4 address, or one IPv6 network (/64)
 * @param addressPerSecond of the same
 * @param burst of all together
 * @param perSecond of all together
 * @param addresses how many are remembered; the one not seen for longest is forgotten
 * @param atOnce requests under way
 * @param auditedPerMinute refusals with a line of their own in the audit log; the others of that
 *     minute share one
 */
public record EnrolLimits(
    int addressBurst,
    double addressPerSecond,
    int burst,
    double perSecond,
    int addresses,
    int atOnce,
    int auditedPerMinute) {

  /** 20 at once and one a second for an address; 500 and 200 a second for all. */
  public static final EnrolLimits DEFAULT = new EnrolLimits(20, 1, 500, 200, 4096, 64, 60);

  public EnrolLimits {
    if (addressBurst < 1
        || burst < 1
        || addressPerSecond <= 0
        || perSecond <= 0
        || addresses < 1
        || atOnce < 1
        || auditedPerMinute < 1) {
      throw new IllegalArgumentException("a limit is not positive");
    }
  }
}
