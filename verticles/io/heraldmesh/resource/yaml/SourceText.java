package io.heraldmesh.resource.yaml;

import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Bytes to text: strict UTF-8, no control characters, hidden characters named. */
final class SourceText {
  private SourceText() {}

  /** The text without byte order mark, or null when it was refused. */
  static @Nullable String decode(Origin origin, byte[] bytes, ProblemCollector problems) {
    if (bytes.length >= 2
        && ((bytes[0] & 0xff) == 0xff && (bytes[1] & 0xff) == 0xfe
            || (bytes[0] & 0xff) == 0xfe && (bytes[1] & 0xff) == 0xff)) {
      problems.add(
          Position.startOf(origin.file()), ProblemCode.NOT_UTF8, "the file is UTF-16, not UTF-8");
      return null;
    }
    CharBuffer out = CharBuffer.allocate(bytes.length);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CoderResult result =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT)
            .decode(in, out, true);
    out.flip();
    String text = out.toString();
    if (result.isError()) {
      problems.add(
          end(origin, text),
          ProblemCode.NOT_UTF8,
          String.format("byte 0x%02X is not UTF-8", bytes[in.position()]));
      return null;
    }
    text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    return isPrintable(origin, text, problems) ? text : null;
  }

  private static boolean isPrintable(Origin origin, String text, ProblemCollector problems) {
    int line = 1;
    int column = 1;
    boolean clean = true;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (isControl(c)) {
        problems.add(
            origin.at(line, column, ""),
            ProblemCode.CONTROL_CHARACTER,
            String.format("control character U+%04X", c));
        clean = false;
      } else if (isHidden(c)) {
        problems.add(
            origin.at(line, column, ""),
            ProblemCode.HIDDEN_CHARACTER,
            String.format(
                "%s character U+%04X: the text is not what it looks like",
                isBidirectional(c) ? "bidirectional control" : "invisible", c));
      }
      if (c == '\n' || c == '\r' && !(i < text.length() && text.charAt(i) == '\n')) {
        line++;
        column = 1;
      } else {
        column++;
      }
    }
    return clean;
  }

  /** What YAML 1.2.2 section 5.1 does not count as printable. */
  private static boolean isControl(int c) {
    return c < 0x20 && c != '\t' && c != '\n' && c != '\r'
        || c >= 0x7f && c < 0xa0 && c != 0x85
        || c == 0xfffe
        || c == 0xffff;
  }

  private static boolean isHidden(int c) {
    return isBidirectional(c)
        || c >= 0x200b && c <= 0x200d
        || c == 0x2060
        || c == 0xfeff
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  /** Controls that make text look as if it stood in another order. */
  static boolean isBidirectional(int c) {
    return c >= 0x202a && c <= 0x202e
        || c >= 0x2066 && c <= 0x2069
        || c == 0x200e
        || c == 0x200f
        || c == 0x061c;
  }

  private static Position end(Origin origin, String text) {
    int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
    String last = text.substring(text.lastIndexOf('\n') + 1);
    return origin.at(line, last.codePointCount(0, last.length()) + 1, "");
  }
}
