package io.heraldmesh.resource.yaml;

import io.heraldmesh.resource.problem.Position;

/**
 * Where a text stands: a file's own text, or YAML written inside a field of another document.
 *
 * @param lines to add to a line of the text to get the line of the file
 * @param columns to add to a column likewise
 * @param path field of the outer document that holds the text; empty for a file
 */
public record Origin(String file, int lines, int columns, String path) {

  public static Origin file(String file) {
    return new Origin(file, 0, 0, "");
  }

  Position at(int line, int column, String field) {
    return new Position(file, line + lines, column + columns, field);
  }

  Position at(YamlNode node, String field) {
    return at(node.line(), node.column(), field);
  }
}
