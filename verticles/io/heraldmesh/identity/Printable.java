package io.heraldmesh.identity;

/** What a peer wrote, fit for a message: it must not forge a line of a log or flood it. */
final class Printable {
  private static final int MOST = 300;

  private Printable() {}

  static String text(String text) {
    String cut = text.length() <= MOST ? text : text.substring(0, MOST) + "…";
    StringBuilder out = new StringBuilder(cut.length());
    cut.chars().forEach(c -> out.append(c >= 0x20 && c < 0x7f || c == '…' ? (char) c : '?'));
    return out.toString();
  }
}
