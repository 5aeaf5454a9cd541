package io.heraldmesh.policy;

/** What a text is compared with, as data. A value that exists can be compiled. */
public sealed interface TextMatch {

  /** The whole text. */
  record Exact(String text) implements TextMatch {}

  /** {@code text*}. */
  record Prefix(String text) implements TextMatch {}

  /** {@code *text}. */
  record Suffix(String text) implements TextMatch {}

  /** {@code *}: any text but the empty one; for a header: that it is there. */
  record Present() implements TextMatch {}

  /** A path with the operators {@code {*}} and {@code {**}}; only legal templates can exist. */
  record Template(String text) implements TextMatch {
    public Template {
      PathTemplate.parse(text);
    }
  }

  /** A namespace with {@code *} anywhere; each stands for any number of characters. */
  record Glob(String text) implements TextMatch {}

  /** As the policy writes it. */
  default String pattern() {
    return switch (this) {
      case Exact(String text) -> text;
      case Prefix(String text) -> text + "*";
      case Suffix(String text) -> "*" + text;
      case Present() -> "*";
      case Template(String text) -> text;
      case Glob(String text) -> text;
    };
  }

  /**
   * Reads {@code *}, {@code *x}, {@code x*} or an exact text, as most fields write them. Of two
   * stars the first counts, as in Istio.
   */
  static TextMatch of(String pattern) {
    if (pattern.equals("*")) {
      return new Present();
    }
    if (pattern.startsWith("*")) {
      return new Suffix(pattern.substring(1));
    }
    return pattern.endsWith("*")
        ? new Prefix(pattern.substring(0, pattern.length() - 1))
        : new Exact(pattern);
  }

  /** Reads a {@code paths} value: as {@link #of}, or a template when it has an operator. */
  static TextMatch ofPath(String pattern) {
    return pattern.contains("{*}") || pattern.contains("{**}")
        ? new Template(pattern)
        : of(pattern);
  }

  /** Reads a {@code namespaces} value: {@code *} may stand anywhere. */
  static TextMatch ofNamespace(String pattern) {
    return pattern.indexOf('*') < 0 ? new Exact(pattern) : new Glob(pattern);
  }
}
