package io.heraldmesh.conformance.spiffe;

import io.heraldmesh.conformance.Corpus;
import java.util.List;

/** The corpora of {@code spiffe/}. */
public final class SpiffeCorpora {
  private SpiffeCorpora() {}

  public static List<Corpus> all() {
    return List.of(new SpiffeIds(), new SpiffeFixtures());
  }
}
