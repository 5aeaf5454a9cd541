package io.heraldmesh.node;

import io.heraldmesh.node.NodeConfig.AttachedConfig;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code spec.attached} of a node file. */
final class AttachedSection {
  private AttachedSection() {}

  /**
   * @param controls true: the node has roles of the control plane, and cannot attach to one
   */
  static @Nullable AttachedConfig read(Value value, boolean controls) {
    AttachedConfig read =
        value.decodeOrNull(
            fields -> {
              Value to = fields.required("to");
              List<HostPort> addresses = new ArrayList<>();
              to.items().forEach(item -> addresses.add(NodeAddresses.read(item)));
              if (to.isPresent() && addresses.isEmpty()) {
                to.problem(ProblemCode.REQUIRED, "names no control node", "write [host:15012]");
              }
              return new AttachedConfig(addresses);
            });
    if (read != null && controls) {
      value.problem(
          ProblemCode.CONFLICT,
          "a node with the role ca or config is a control node itself",
          "remove attached, or those roles");
    }
    return read;
  }
}
