package io.heraldmesh.resource.read;

import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.Resources;
import java.util.List;

/** Short forms for tests: resources in, {@code line level code field} out. */
final class Lines {
  private Lines() {}

  /** Problems of a text, as {@code 7 error HLD0104 spec.action}. */
  static List<String> problems(String yaml) {
    return ResourceReader.read("f.yaml", yaml).problems().all().stream()
        .map(
            p ->
                p.at().line() + " " + p.level().word() + " " + p.code().id() + " " + p.at().field())
        .toList();
  }

  /** Problems of a resource whose spec, four lines down, is given; indented by two spaces. */
  static List<String> problems(String kind, String spec) {
    return problems(resource(kind, spec));
  }

  /** The one resource of this kind; fails when anything is wrong. */
  static <T extends Resource> T read(Class<T> type, String kind, String spec) {
    return only(type, resource(kind, spec));
  }

  static <T extends Resource> T only(Class<T> type, String yaml) {
    Resources read = ResourceReader.read("f.yaml", yaml);
    if (!read.problems().isEmpty() || read.all().size() != 1) {
      throw new AssertionError("not one clean resource:\n" + read.problems().text());
    }
    return type.cast(read.all().getFirst());
  }

  private static String resource(String kind, String spec) {
    String group =
        switch (kind) {
          case "ServiceEntry", "WorkloadEntry", "DestinationRule" -> "networking.istio.io/v1";
          case "MeshConfig" -> "herald.io/v1alpha1";
          case "Policy", "MeshPolicy" -> "authentication.istio.io/v1alpha1";
          case "Service" -> "v1";
          default -> "security.istio.io/v1";
        };
    return "apiVersion: "
        + group
        + "\nkind: "
        + kind
        + "\nmetadata: {name: n, namespace: a}\nspec:\n"
        + spec.indent(2);
  }
}
