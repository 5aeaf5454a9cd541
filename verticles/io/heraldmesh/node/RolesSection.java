package io.heraldmesh.node;

import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Value;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** {@code spec.roles} of a node file, and {@code --roles}, which stands before it. */
final class RolesSection {
  private static final String NOT_WHOLE =
      "a node has the roles ca and config, or proxy without them, or ca alone in a cluster";
  private static final String REMEDY =
      "add what is missing of ca and config; for ca alone, name the other control nodes in cluster";

  private RolesSection() {}

  static Set<Role> given(List<String> words) {
    EnumSet<Role> roles = EnumSet.noneOf(Role.class);
    for (String word : words) {
      switch (word) {
        case "ca" -> roles.add(Role.CA);
        case "config" -> roles.add(Role.CONFIG);
        case "proxy" -> roles.add(Role.PROXY);
        case "admin" -> roles.add(Role.ADMIN);
        case "gateway" -> throw new UsageException("the role gateway is not there yet");
        default ->
            throw new UsageException(
                "unknown role \"" + word + "\"; use ca, config, proxy or admin");
      }
    }
    return roles;
  }

  /**
   * @throws UsageException when a node cannot have these
   */
  static void check(Set<Role> given, boolean clustered) {
    if (!whole(given, clustered)) {
      throw new UsageException(NOT_WHOLE + "; " + REMEDY);
    }
  }

  /**
   * @param clustered the node is one of several control nodes
   */
  static Set<Role> read(Value value, boolean clustered) {
    EnumSet<Role> roles = EnumSet.noneOf(Role.class);
    for (Value item : value.items()) {
      String word = item.nonEmptyText().value();
      switch (word) {
        case "ca" -> roles.add(Role.CA);
        case "config" -> roles.add(Role.CONFIG);
        case "proxy" -> roles.add(Role.PROXY);
        case "admin" -> roles.add(Role.ADMIN);
        case "gateway" ->
            item.problem(ProblemCode.NOT_ENFORCED, "the role gateway is not there yet");
        case "" -> {}
        default ->
            item.problem(
                ProblemCode.UNKNOWN_VALUE,
                "unknown role \"" + word + "\"",
                "use ca, config, proxy or admin");
      }
    }
    if (!value.isList()) {
      return EnumSet.of(Role.CA, Role.CONFIG, Role.PROXY, Role.ADMIN);
    }
    if (!whole(roles, clustered)) {
      value.problem(ProblemCode.INVALID, NOT_WHOLE, REMEDY);
    }
    return roles;
  }

  /**
   * With a control plane of its own, or a proxy that needs none. In a cluster a node may sign and
   * leave distributing to others; one that distributes signs too, for its own leaf is from its own
   * intermediate.
   */
  private static boolean whole(Set<Role> roles, boolean clustered) {
    return roles.contains(Role.CA)
        ? clustered || roles.contains(Role.CONFIG)
        : roles.contains(Role.PROXY) && !roles.contains(Role.CONFIG);
  }
}
