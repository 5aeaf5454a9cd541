package io.heraldmesh.compile;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.Selector;
import java.util.Map;
import java.util.Set;

/**
 * A workload as far as it is known.
 *
 * @param name how a message calls it, such as {@code deployment shop/web}
 * @param labels all it has; when {@code guessed} only those that a Service asks for
 * @param ports that it has, with what they speak
 * @param portNames their numbers by name, for Services that ask by name
 * @param unresolved ports of Services whose number on the workload is not known
 * @param servicePorts workload port by the Service port that leads to it, where the two differ
 */
record KnownWorkload(
    String name,
    String namespace,
    Map<String, String> labels,
    boolean guessed,
    Map<Integer, Protocol> ports,
    Map<String, Integer> portNames,
    Set<Integer> unresolved,
    Map<Integer, Integer> servicePorts) {

  /** Whether a selector selects it, or may when not all labels are known. */
  boolean maySatisfy(Selector selector) {
    return guessed
        ? selector.matchLabels().entrySet().stream()
            .allMatch(e -> labels.getOrDefault(e.getKey(), e.getValue()).equals(e.getValue()))
        : selector.matches(labels);
  }

  /** As {@link #maySatisfy}, and where labels are guessed at least one speaks for it. */
  boolean satisfies(Selector selector) {
    return maySatisfy(selector)
        && (!guessed
            || selector.isEmpty()
            || selector.matchLabels().entrySet().stream().anyMatch(labels.entrySet()::contains));
  }
}
