package io.heraldmesh.proxy.overload;

/**
 * From which share of its memory on a node is at which level. It comes down again only when the
 * share is {@link #MARGIN} lower, so that it does not go back and forth.
 */
public record Thresholds(double saving, double shedding, double refusing) {
  static final double MARGIN = 0.05;

  /** Patience ends ten points before requests are shed. */
  private static final double EARLIER = 0.10;

  public Thresholds {
    if (!(saving > MARGIN && saving < shedding && shedding < refusing && refusing < 1)) {
      throw new IllegalArgumentException(
          "thresholds " + saving + ", " + shedding + ", " + refusing + " do not rise from 0 to 1");
    }
  }

  /**
   * @param percent of the memory from which on requests are shed, 50 to 98; connections are refused
   *     in the middle between that and all of it
   */
  public static Thresholds shedAt(int percent) {
    double shedding = percent / 100.0;
    return new Thresholds(shedding - EARLIER, shedding, (1 + shedding) / 2);
  }

  /** The level that follows {@code now} when {@code share} of the memory is taken. */
  OverloadLevel next(OverloadLevel now, double share) {
    OverloadLevel risen = at(share);
    if (risen.compareTo(now) >= 0) {
      return risen;
    }
    OverloadLevel fallen = at(share + MARGIN);
    return fallen.compareTo(now) < 0 ? fallen : now;
  }

  private OverloadLevel at(double share) {
    if (share >= refusing) {
      return OverloadLevel.REFUSING;
    }
    if (share >= shedding) {
      return OverloadLevel.SHEDDING;
    }
    return share >= saving ? OverloadLevel.SAVING : OverloadLevel.NORMAL;
  }
}
