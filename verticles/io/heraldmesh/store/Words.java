package io.heraldmesh.store;

/** What text may be stored: every database must give back what it was given. */
final class Words {
  private Words() {}

  /** A name: not empty, no control characters. */
  static String name(String what, String text) {
    if (text.isEmpty() || text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw new IllegalArgumentException(what + " is empty or holds control characters");
    }
    return text(what, text);
  }

  /** Any text that is Unicode, without the character 0, which PostgreSQL does not store. */
  static String text(String what, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw new IllegalArgumentException(what + " holds the character U+0000");
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new IllegalArgumentException(what + " holds half of a character");
      }
    }
    return text;
  }
}
