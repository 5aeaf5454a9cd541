package io.heraldmesh.conformance.istio;

import io.heraldmesh.conformance.Corpus;
import java.util.List;

/** The corpora of {@code istio/}. */
public final class IstioCorpora {
  private IstioCorpora() {}

  public static List<Corpus> all() {
    return List.of(
        new IstioResources(), new TaskSteps(), new IntegrationTests(), new ReadableFiles());
  }
}
