package io.heraldmesh.cli;

import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Value;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** {@code spec.roles} of a node file, and {@code --roles}, which stands before it. */
final class RolesSection {
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
    if (!roles.containsAll(EnumSet.of(Role.CA, Role.CONFIG))) {
      throw new UsageException(
          "a node of its own needs the roles ca and config; joining a control plane elsewhere is"
              + " not there yet");
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
    if (!roles.containsAll(EnumSet.of(Role.CA, Role.CONFIG))) {
      value.problem(
          ProblemCode.INVALID,
          "a node of its own needs the roles ca and config",
          "add ca and config; joining a control plane elsewhere is not there yet");
    }
    return roles;
  }
}
