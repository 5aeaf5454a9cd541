package io.heraldmesh.cli;

import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Value;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** {@code spec.roles} of a node file, and {@code --roles}, which stands before it. */
final class RolesSection {
  private static final String NOT_WHOLE =
      "a node has the roles ca and config, or proxy without them";
  private static final String REMEDY =
      "add ca and config; joining a control plane elsewhere is not there yet";

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
    if (!whole(roles)) {
      throw new UsageException(NOT_WHOLE + "; " + REMEDY);
    }
    return roles;
  }

  static Set<Role> read(Value value) {
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
    if (!value.isPresent()) {
      return EnumSet.of(Role.CA, Role.CONFIG, Role.PROXY, Role.ADMIN);
    }
    if (!whole(roles)) {
      value.problem(ProblemCode.INVALID, NOT_WHOLE, REMEDY);
    }
    return roles;
  }

  /** With a control plane of its own, or a proxy that needs none. */
  private static boolean whole(Set<Role> roles) {
    return roles.contains(Role.CA)
        ? roles.contains(Role.CONFIG)
        : roles.contains(Role.PROXY) && !roles.contains(Role.CONFIG);
  }
}
