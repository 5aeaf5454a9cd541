package io.heraldmesh.resource.read;

import io.heraldmesh.resource.problem.Problems;
import java.util.List;

/**
 * Resources with their texts, in the order they were read.
 *
 * @param problems everything found wrong; with an error among them something is missing from {@code
 *     all}
 */
public record ResourceDocuments(List<ResourceDocument> all, Problems problems) {

  public ResourceDocuments {
    all = List.copyOf(all);
  }

  /**
   * A text to be read.
   *
   * @param name stands for the file in messages
   */
  public record NamedText(String name, String text) {}
}
