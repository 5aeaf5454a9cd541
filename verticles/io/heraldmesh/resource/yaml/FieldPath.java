package io.heraldmesh.resource.yaml;

import io.heraldmesh.resource.problem.Shown;

/** Field paths as they are printed: {@code spec.rules[0].to}. */
final class FieldPath {
  private FieldPath() {}

  static String child(String path, String key) {
    String step = Shown.step(key);
    return path.isEmpty() && step.startsWith(".") ? step.substring(1) : path + step;
  }

  static String item(String path, int index) {
    return path + "[" + index + "]";
  }
}
