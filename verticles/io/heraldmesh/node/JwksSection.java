package io.heraldmesh.node;

import io.heraldmesh.node.NodeConfig.JwksConfig;
import io.heraldmesh.policy.AddressBlock;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code spec.jwks} of a node file. */
final class JwksSection {
  private static final Pattern SERVER =
      Pattern.compile("([-a-z0-9._]+|\\[[0-9a-f:.]+])(:[1-9][0-9]{0,4})?");

  private final Function<Value, @Nullable Path> paths;

  /**
   * @param paths reads a path, absolute; null when there is none
   */
  JwksSection(Function<Value, @Nullable Path> paths) {
    this.paths = paths;
  }

  JwksConfig read(Value value) {
    JwksConfig read = value.decodeOrNull(this::fields);
    return read == null ? new JwksConfig(null, false) : read;
  }

  private JwksConfig fields(Fields fields) {
    return new JwksConfig(
        paths.apply(fields.optional("roots")),
        fields.optional("allowLoopback").bool(false),
        blocked(fields.optional("blocked")),
        servers(fields.optional("servers")));
  }

  private static List<AddressBlock> blocked(Value list) {
    List<AddressBlock> blocks = new ArrayList<>();
    for (Value item : list.items()) {
      String text = item.nonEmptyText().value();
      try {
        blocks.add(AddressBlock.parse(text));
      } catch (IllegalArgumentException e) {
        item.problem(ProblemCode.INVALID_IP_BLOCK, Shown.quoted(text) + " is no address block");
      }
    }
    return blocks;
  }

  private Map<String, Path> servers(Value list) {
    Map<String, Path> roots = new HashMap<>();
    list.list(
        server -> {
          Value host = server.required("host");
          Path file = paths.apply(server.required("roots"));
          String name = host.nonEmptyText().value().toLowerCase(Locale.ROOT);
          if (!name.isEmpty() && !SERVER.matcher(name).matches()) {
            host.problem(
                ProblemCode.INVALID_ADDRESS,
                Shown.quoted(name) + " is no server",
                "write host or host:port, as in an issuer's URL");
          } else if (file != null && roots.put(name.replaceAll("[\\[\\]]", ""), file) != null) {
            host.problem(ProblemCode.CONFLICT, Shown.quoted(name) + " is named twice");
          }
          return name;
        });
    return roots;
  }
}
