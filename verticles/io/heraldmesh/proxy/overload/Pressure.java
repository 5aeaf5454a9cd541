package io.heraldmesh.proxy.overload;

/**
 * How much of each kind of memory is taken, as shares of what there is; 0 where that is not known.
 *
 * @param heap Java objects that live long, garbage among them
 * @param kept what of the heap was taken right after garbage was last collected from it
 * @param direct Netty's buffers
 * @param resident the process as a whole, of its own limit or its container's; not what the heap
 *     has ready for new objects
 */
public record Pressure(double heap, double kept, double direct, double resident) {
  public static final Pressure NONE = new Pressure(0, 0, 0, 0);

  /** More than this in a heap since a collection is taken for garbage until it was collected. */
  private static final double DOUBT = 0.10;

  /** So full a heap may be out of memory before anybody looks again. */
  private static final double FULL = 0.97;

  /** The share of the kind that is shortest. */
  double worst() {
    return Math.max(live(), Math.max(direct, resident));
  }

  /** What of the heap is taken in earnest, as far as can be told without a collection. */
  private double live() {
    return heap >= FULL ? heap : Math.min(heap, kept + DOUBT);
  }

  /** What {@link #worst} would be if all of the heap were taken in earnest. */
  double suspected() {
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
