package io.heraldmesh.jwt;

/** Text of strangers, made fit for a log line or a terminal. */
final class Printable {
  private static final int MAX_LENGTH = 80;

  private Printable() {}

  /** At most 80 characters of printable ASCII; all others become a question mark. */
  static String text(String text) {
    StringBuilder printable = new StringBuilder(Math.min(text.length(), MAX_LENGTH + 1));
    for (int i = 0; i < text.length() && i < MAX_LENGTH; i++) {
      char c = text.charAt(i);
      printable.append(c >= ' ' && c <= '~' ? c : '?');
    }
    return text.length() > MAX_LENGTH ? printable.append('…').toString() : printable.toString();
  }
}
