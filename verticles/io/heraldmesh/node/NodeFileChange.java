package io.heraldmesh.node;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What differs between two readings of a node file. */
final class NodeFileChange {
  private NodeFileChange() {}

  /** Names of the settings that differ, in the order of {@link NodeConfig}. */
  static List<String> between(NodeConfig running, NodeConfig read) {
    List<String> changed = new ArrayList<>();
    for (RecordComponent setting : NodeConfig.class.getRecordComponents()) {
      try {
        if (!Objects.equals(
            setting.getAccessor().invoke(running), setting.getAccessor().invoke(read))) {
          changed.add(setting.getName());
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return List.copyOf(changed);
  }
}
