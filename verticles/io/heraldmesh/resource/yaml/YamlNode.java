package io.heraldmesh.resource.yaml;

import java.util.List;

/** What a YAML document holds, with the place of each part. Lines and columns count from 1. */
public sealed interface YamlNode {
  int line();

  int column();

  /** How a message calls it. */
  String noun();

  /** What a scalar is under the core schema of YAML 1.2; only plain scalars can be non-text. */
  enum Type {
    NULL,
    BOOL,
    INT,
    FLOAT,
    TEXT
  }

  /**
   * A single value.
   *
   * @param text without quotes, escapes resolved
   * @param content where the text of a block scalar begins; the place of the scalar otherwise
   */
  record Scalar(String text, Type type, Style style, int line, int column, Content content)
      implements YamlNode {

    @Override
    public String noun() {
      return switch (type) {
        case NULL -> "null";
        case BOOL -> "a boolean";
        case INT -> "a number";
        case FLOAT -> "a float";
        case TEXT -> "text";
      };
    }
  }

  /** How a scalar was written. */
  enum Style {
    PLAIN,
    QUOTED,
    LITERAL,
    FOLDED
  }

  /** Where the text of a scalar begins in its file. */
  record Content(int line, int column) {}

  /** A list. */
  record Sequence(List<YamlNode> items, int line, int column) implements YamlNode {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String noun() {
      return "a list";
    }
  }

  /** Named fields in the order they were written; no name twice. */
  record Mapping(List<Entry> entries, int line, int column) implements YamlNode {
    public Mapping {
      entries = List.copyOf(entries);
    }

    @Override
    public String noun() {
      return "a mapping";
    }
  }

  /** One field of a mapping. */
  record Entry(Scalar key, YamlNode value) {}

  /** Stands for something already reported, such as an alias; causes no second problem. */
  record Refused(int line, int column) implements YamlNode {
    @Override
    public String noun() {
      return "refused";
    }
  }
}
