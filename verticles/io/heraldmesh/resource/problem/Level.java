package io.heraldmesh.resource.problem;

import java.util.Locale;

/** How bad a problem is. */
public enum Level {
  /** Nothing of the input may be put into force. */
  ERROR,
  /** In force, but can never match or will surprise. */
  WARNING;

  /** {@code error} or {@code warning}, as it is printed. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
