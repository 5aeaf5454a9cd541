package io.heraldmesh.distributor;

import io.heraldmesh.resource.problem.Shown;
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
    return Shown.harmless(said, MOST);
  }

  static @Nullable String mendedOrNull(@Nullable String said) {
    return said == null ? null : mended(said);
  }
}
