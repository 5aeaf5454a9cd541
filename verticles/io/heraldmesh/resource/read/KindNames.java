package io.heraldmesh.resource.read;

import java.util.List;
import java.util.Locale;

/** The kinds that Herald reads, as people name them. */
public final class KindNames {
  private KindNames() {}

  /** Each by its kind alone. */
  public static List<String> all() {
    return Kinds.read().stream().map(Kinds.Kind::name).sorted().toList();
  }

  /** Whether Herald reads a kind of this name, in any of the forms that {@link #isSame} takes. */
  public static boolean isKnown(String asked) {
    return Kinds.read().stream()
        .anyMatch(
            kind ->
                isSame(
                    asked,
                    kind.group().isEmpty() ? kind.name() : kind.group() + "/" + kind.name()));
  }

  /**
   * Whether {@code asked} is {@code kind} in full, or the kind alone, in any case, in the singular
   * or the plural.
   *
   * @param kind such as {@code security.istio.io/PeerAuthentication}
   */
  public static boolean isSame(String asked, String kind) {
    if (asked.equals(kind)) {
      return true;
    }
    String word = asked.toLowerCase(Locale.ROOT);
    String name = kind.substring(kind.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    String plural =
        name.endsWith("y")
            ? name.substring(0, name.length() - 1) + "ies"
            : name.endsWith("s") ? name + "es" : name + "s";
    return word.equals(name) || word.equals(plural);
  }
}
