package io.heraldmesh.conformance.envoy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** One RBAC filter of Envoy's, HTTP or TCP: what it enforces, and what it only reports. */
record RbacFilter(Optional<Rules> rules, Optional<Rules> shadow) {

  /**
   * A set of policies.
   *
   * @param action {@code ALLOW}, which is the default, {@code DENY} or {@code LOG}
   * @param policies each one rule of an AuthorizationPolicy, by Istio's name for it
   */
  record Rules(String action, Map<String, Object> policies) {

    static Rules of(Object node) {
      Map<?, ?> map = Tree.map(node);
      Object action = map.get("action");
      Object policies = map.get("policies");
      Map<String, Object> byName = new LinkedHashMap<>();
      if (policies != null) {
        Tree.map(policies).forEach((name, policy) -> byName.put(name.toString(), policy));
      }
      return new Rules(action == null ? "ALLOW" : action.toString(), byName);
    }

    boolean matches(Call call) {
      Rbac rbac = new Rbac(call);
      return policies.values().stream().anyMatch(rbac::policy);
    }

    /** Whether the call may go on, as far as these rules are concerned. */
    boolean permits(Call call) {
      return switch (action) {
        case "ALLOW" -> matches(call);
        case "DENY" -> !matches(call);
        case "LOG" -> true;
        default -> throw new IllegalArgumentException("not understood: action " + action);
      };
    }
  }

  /** Empty when the file is another filter, such as the one that asks a provider. */
  static Optional<RbacFilter> parse(String yaml) {
    Object root = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    String name = Tree.text(root, "name");
    if (name.endsWith(".ext_authz")) {
      return Optional.empty();
    }
    if (!name.endsWith(".rbac")) {
      throw new IllegalArgumentException("not understood: filter " + name);
    }
    Map<?, ?> config = Tree.map(Tree.map(root).get("typedConfig"));
    return Optional.of(
        new RbacFilter(
            Optional.ofNullable(config.get("rules")).map(Rules::of),
            Optional.ofNullable(config.get("shadowRules")).map(Rules::of)));
  }
}
