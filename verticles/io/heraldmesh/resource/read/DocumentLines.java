package io.heraldmesh.resource.read;

import java.util.List;

/**
 * The lines of a file with several documents, cut at their marks. YAML 1.2.2 section 9.1.2: a line
 * that begins with {@code ---} or {@code ...} and white space is a mark wherever it stands.
 */
final class DocumentLines {
  private final List<String> lines;

  DocumentLines(String text) {
    String clean = text.startsWith("\uFEFF") ? text.substring(1) : text;
    this.lines = clean.lines().toList();
  }

  /**
   * The document that {@code line}, from 1, belongs to, without blank lines around it; comments
   * stay.
   */
  String around(int line) {
    int begin = Math.clamp(line - 1, 0, lines.size() - 1);
    int end = begin + 1;
    while (begin > 0 && !isMark(lines.get(begin))) {
      begin--;
    }
    while (end < lines.size() && !isMark(lines.get(end))) {
      end++;
    }
    if (isMark(lines.get(begin)) && isBare(lines.get(begin))) {
      begin++;
    }
    while (begin < end && lines.get(begin).isBlank()) {
      begin++;
    }
    while (end > begin && lines.get(end - 1).isBlank()) {
      end--;
    }
    return String.join("\n", lines.subList(begin, end)) + "\n";
  }

  private static boolean isMark(String line) {
    return (line.startsWith("---") || line.startsWith("..."))
        && (line.length() == 3 || Character.isWhitespace(line.charAt(3)));
  }

  private static boolean isBare(String mark) {
    String rest = mark.substring(3).strip();
    return rest.isEmpty() || rest.startsWith("#");
  }
}
