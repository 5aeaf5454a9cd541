package io.heraldmesh.proxy.overload;

/**
 * How much of each kind of memory is taken, as shares of what there is; 0 where that is not known.
 *
 * @param heap Java objects that live long, garbage among them
 * @param direct Netty's buffers
 * @param resident the process as a whole, of its own limit or its container's
 */
public record Pressure(double heap, double direct, double resident) {
  public static final Pressure NONE = new Pressure(0, 0, 0);

  /** The share of the kind that is shortest. */
  public double worst() {
    return Math.max(heap, Math.max(direct, resident));
  }

  /** Whether a garbage collection could lower {@link #worst}. */
  boolean collectible() {
    return direct < heap || direct < resident;
  }

  /** For operators, as in {@code heap 91 %, direct 40 %, resident 77 %}. */
  @Override
  public String toString() {
    return "heap "
        + percent(heap)
        + " %, direct "
        + percent(direct)
        + " %, resident "
        + percent(resident)
        + " %";
  }

  private static long percent(double share) {
    return Math.round(share * 100);
  }
}
