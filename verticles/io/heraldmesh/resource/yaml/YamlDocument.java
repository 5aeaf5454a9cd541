package io.heraldmesh.resource.yaml;

import io.heraldmesh.resource.problem.ProblemCollector;

/**
 * One document of a file; decode it through {@link #value}.
 *
 * @param sound false when something of it was refused while it was read
 */
public record YamlDocument(YamlNode root, Origin origin, boolean sound) {

  /** The document as a value to decode; what the decoder refuses goes to {@code problems}. */
  public Value value(ProblemCollector problems) {
    return Value.of(new Scope(origin, problems, true), root, origin.path());
  }
}
