package io.heraldmesh.resource.problem;

/**
 * User text as it may be printed in a message: quoted, shortened, and harmless on a terminal.
 * Characters that look like others or show nothing are named by their code point.
 */
public final class Shown {
  private static final int LIMIT = 60;

  private Shown() {}

  /** The text in double quotes, with the code point of each character outside ASCII. */
  public static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    StringBuilder points = new StringBuilder();
    int shown = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (shown++ == LIMIT) {
        out.append("…");
        break;
      }
      if (isHarmless(c)) {
        out.appendCodePoint(c);
        if (c > 0x7e && points.length() < 40) {
          points.append(points.isEmpty() ? " (" : " ").append(String.format("U+%04X", c));
        }
      } else {
        out.append(String.format("<U+%04X>", c));
      }
    }
    return out.append('"').append(points).append(points.isEmpty() ? "" : ")").toString();
  }

  /** The text as it is, with every character that could mislead named by its code point. */
  public static String harmless(String text) {
    if (text.codePoints().allMatch(Shown::isHarmless)) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    text.codePoints().forEach(c -> append(out, c));
    return out.toString();
  }

  /** As above, cut where it would be longer than {@code most} characters. */
  public static String harmless(String text, int most) {
    if (text.length() <= most && text.codePoints().allMatch(Shown::isHarmless)) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    for (int c : text.codePoints().limit(most).toArray()) {
      int before = out.length();
      append(out, c);
      if (out.length() > most) {
        out.setLength(before);
        break;
      }
    }
    return out.toString();
  }

  /** One step of a field path: {@code .name}, or {@code ["name"]} when the name is not plain. */
  public static String step(String key) {
    boolean plain = !key.isEmpty() && key.codePoints().allMatch(c -> isHarmless(c) && isWord(c));
    if (plain) {
      return "." + key;
    }
    StringBuilder out = new StringBuilder("[\"");
    key.codePoints().limit(LIMIT).forEach(c -> append(out, c));
    return out.append("\"]").toString();
  }

  private static void append(StringBuilder out, int c) {
    if (isHarmless(c)) {
      out.appendCodePoint(c);
    } else {
      out.append(String.format("<U+%04X>", c));
    }
  }

  private static boolean isWord(int c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '-';
  }

  private static boolean isHarmless(int c) {
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
