package io.heraldmesh.proxy.upstream;

import io.heraldmesh.policy.OutlierDetection;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Whether one endpoint is left out because it failed too often in a row. Times are those of {@link
 * System#nanoTime}. Thread-safe.
 *
 * <p>Source: Envoy, outlier detection: thrown out at the failure that is one too many; back at the
 * first look after its time, which grows with each time in a row and shrinks with each interval
 * without failure, up to {@link #LONGEST} or the base time if that is longer.
 */
final class Ejection {
  static final Duration LONGEST = Duration.ofMinutes(5);

  /** As good as for ever, and no sum of two is too large to be counted. */
  private static final Duration EVER = Duration.ofDays(3650);

  private volatile boolean out;
  private volatile int errors;
  private volatile int gatewayErrors;
  private long until;
  private int times;

  /** Whether it is left out now. */
  boolean isOut(long now) {
    return out && stillOut(now);
  }

  /**
   * Takes note of an answer.
   *
   * @param status of the answer; of a failure to get one, what the caller was told
   * @param mayEject whether so many may be out at once
   */
  void answered(int status, OutlierDetection rules, long now, BooleanSupplier mayEject) {
    if (status < 500) {
      if (errors != 0 || gatewayErrors != 0) {
        reset();
      }
    } else {
      failed(status >= 502 && status <= 504, rules, now, mayEject);
    }
  }

  private synchronized void failed(
      boolean gateway, OutlierDetection rules, long now, BooleanSupplier mayEject) {
    if (isOut(now)) {
      return;
    }
    errors = errors + 1;
    gatewayErrors = gateway ? gatewayErrors + 1 : 0;
    boolean tooMany =
        reached(errors, rules.consecutive5xxErrors())
            || reached(gatewayErrors, rules.consecutiveGatewayErrors());
    if (tooMany) {
      reset();
      if (mayEject.getAsBoolean()) {
        eject(rules, now);
      }
    }
  }

  private void eject(OutlierDetection rules, long now) {
    long interval = Math.max(1, nanos(rules.interval()));
    long base = nanos(rules.baseEjectionTime());
    if (times > 0) {
      times = (int) Math.max(0, times - Math.max(0, now - until) / interval);
    }
    times++;
    long longest = Math.max(base, LONGEST.toNanos());
    long time = base > longest / times ? longest : base * times;
    // looks are taken at every interval from now on
    until = now + Math.ceilDiv(time, interval) * interval;
    out = true;
  }

  /** A control plane of before may send any length. */
  private static long nanos(Duration length) {
    return (length.compareTo(EVER) < 0 ? length : EVER).toNanos();
  }

  private synchronized boolean stillOut(long now) {
    if (out && now - until >= 0) {
      out = false;
    }
    return out;
  }

  private synchronized void reset() {
    errors = 0;
    gatewayErrors = 0;
  }

  private static boolean reached(int count, int limit) {
    return limit > 0 && count >= limit;
  }
}
