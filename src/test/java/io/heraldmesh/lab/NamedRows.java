package io.heraldmesh.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The rows of a run, by name and in the order in which they are played. The names are known before
 * there is a mesh.
 *
 * @param <T> what they are played with
 */
final class NamedRows<T> {
  private final Map<String, Function<T, LabRun.Row>> all = new LinkedHashMap<>();

  void put(String name, Function<T, LabRun.Row> row) {
    all.put(name, row);
  }

  /** Why not all of these can be played; empty where they can. */
  String refused(List<String> wanted) {
    List<String> unknown = new ArrayList<>(wanted);
    unknown.removeAll(all.keySet());
    return unknown.isEmpty() ? "" : "there is no " + unknown + ", there are " + all.keySet();
  }

  /** Those of these names; without any: all. Each one {@code times} times in a row. */
  void play(List<String> wanted, int times, LabRun run, T with) throws IOException {
    for (Map.Entry<String, Function<T, LabRun.Row>> row : all.entrySet()) {
      for (int i = 0; i < times && (wanted.isEmpty() || wanted.contains(row.getKey())); i++) {
        run.play(row.getKey(), row.getValue().apply(with));
      }
    }
  }
}
