package io.heraldmesh.resource.problem;

/**
 * Where a value stands in what the user wrote.
 *
 * @param file as the user named it
 * @param line from 1
 * @param column from 1, counted in Unicode code points
 * @param field path from the top of the document, such as {@code spec.rules[0].to[1]}; empty when
 *     the place is not inside a field
 */
public record Position(String file, int line, int column, String field) {

  /** The first character of a file. */
  public static Position startOf(String file) {
    return new Position(file, 1, 1, "");
  }

  /** The same place, spoken of as another field: for a field that is missing there. */
  public Position withField(String path) {
    return new Position(file, line, column, path);
  }

  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
