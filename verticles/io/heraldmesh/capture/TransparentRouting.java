package io.heraldmesh.capture;

import java.util.ArrayList;
import java.util.List;

/**
 * Routes for TPROXY: what carries the mark is for this machine. Mark and table have the number that
 * Istio's own set-up does not use, so that both can lie beside each other.
 */
final class TransparentRouting {
  static final String MARK = "0x4844";
  private static final String TABLE = "18500";

  private TransparentRouting() {}

  /**
   * Commands in order; each undoes nothing of somebody else's.
   *
   * @param six for IPv6 too
   */
  static List<List<String>> add(boolean six) {
    List<List<String>> commands = new ArrayList<>();
    commands.add(ip("-4", "rule add fwmark " + MARK + " lookup " + TABLE));
    commands.add(ip("-4", "route replace local 0.0.0.0/0 dev lo table " + TABLE));
    if (six) {
      commands.add(ip("-6", "rule add fwmark " + MARK + " lookup " + TABLE));
      commands.add(ip("-6", "route replace local ::/0 dev lo table " + TABLE));
    }
    return commands;
  }

  /** Commands that fail when there is nothing to remove. */
  static List<List<String>> remove() {
    return List.of(
        ip("-4", "rule del fwmark " + MARK + " lookup " + TABLE),
        ip("-4", "route flush table " + TABLE),
        ip("-6", "rule del fwmark " + MARK + " lookup " + TABLE),
        ip("-6", "route flush table " + TABLE));
  }

  private static List<String> ip(String family, String words) {
    return List.of(("ip " + family + " " + words).split(" ", -1));
  }
}
