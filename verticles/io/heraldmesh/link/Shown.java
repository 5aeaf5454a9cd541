package io.heraldmesh.link;

/** Text of others, fit for a line of a log. */
final class Shown {
  private static final int MOST = 200;

  private Shown() {}

  static String line(String text) {
    return text.substring(0, Math.min(text.length(), MOST)).replaceAll("[^ -~]", "?");
  }
}
