package io.heraldmesh.node;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was started, to be taken back last first. One that fails keeps no other from it. For one
 * thread after the other.
 */
final class Teardown {
  private static final Logger LOG = LoggerFactory.getLogger(Teardown.class);

  private final Deque<Step> steps = new ArrayDeque<>();

  private record Step(String what, Runnable action) {}

  /**
   * @param what it is, for the log
   */
  void add(String what, Runnable action) {
    steps.push(new Step(what, action));
  }

  /** Takes all of it back, each once. */
  void run() {
    while (!steps.isEmpty()) {
      Step step = steps.pop();
      try {
        step.action().run();
      } catch (RuntimeException e) {
        LOG.warn("stopping {}: {}", step.what(), e.getMessage());
      }
    }
  }
}
