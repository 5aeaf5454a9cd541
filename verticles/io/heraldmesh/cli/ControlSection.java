package io.heraldmesh.cli;

import io.heraldmesh.cli.NodeConfig.ControlConfig;
import io.heraldmesh.resource.yaml.Value;
import org.jspecify.annotations.Nullable;

/** {@code spec.control} of a node file. */
final class ControlSection {
  private ControlSection() {}

  static @Nullable ControlConfig read(Value value) {
    return value.decodeOrNull(
        fields -> new ControlConfig(NodeAddresses.read(fields.required("listen"))));
  }
}
