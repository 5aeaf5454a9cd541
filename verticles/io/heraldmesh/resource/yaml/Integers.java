package io.heraldmesh.resource.yaml;

/** Whole numbers of the YAML core schema: decimal, {@code 0o17} and {@code 0x1f}. */
final class Integers {
  private Integers() {}

  /**
   * @throws NumberFormatException when it does not fit into a long
   */
  static long parse(String text) {
    if (text.startsWith("0o")) {
      return Long.parseLong(text.substring(2), 8);
    }
    return text.startsWith("0x") ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
  }
}
