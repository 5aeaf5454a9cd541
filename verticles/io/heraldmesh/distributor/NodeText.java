package io.heraldmesh.distributor;

import org.jspecify.annotations.Nullable;

/**
 * What a node says in words of its own, fit for the log, the page and an operator's terminal: what
 * is not printable, such as a terminal's commands, is written as {@code <U+001B>}.
 */
final class NodeText {
  /** Characters of one text. */
  static final int MOST = 1000;

  private NodeText() {}

  static String mended(String said) {
    if (said.length() <= MOST && said.codePoints().allMatch(NodeText::isPrintable)) {
      return said;
    }
    StringBuilder text = new StringBuilder();
    for (int c : said.codePoints().limit(MOST).toArray()) {
      String shown = isPrintable(c) ? Character.toString(c) : "<U+%04X>".formatted(c);
      if (text.length() + shown.length() > MOST) {
        break;
      }
      text.append(shown);
    }
    return text.toString();
  }

  static @Nullable String mendedOrNull(@Nullable String said) {
    return said == null ? null : mended(said);
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
