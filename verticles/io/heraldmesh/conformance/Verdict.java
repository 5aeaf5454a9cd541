package io.heraldmesh.conformance;

import java.util.Locale;

/** What became of a case. */
public enum Verdict {
  /** As the case expects. */
  PASSED,
  /** Otherwise, and nothing excuses it. */
  FAILED,
  /** Refused where the case would accept, for a reason that is written down. */
  STRICTER,
  /** Not tried, for a reason that is given. */
  SKIPPED;

  /** As reports show it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
