package io.heraldmesh.convert;

import io.heraldmesh.resource.AuthenticationPolicy.PathMatch;
import io.heraldmesh.resource.AuthenticationPolicy.TriggerRule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A set of paths as the {@code to} of a rule can say it: any of some operations. What cannot be
 * said makes the set larger, never smaller, so that a DENY rule for it refuses more and not less.
 *
 * @param cells none: no path
 * @param exact false: larger than what was meant
 */
record PathSet(List<Cell> cells, boolean exact) {
  static final PathSet ALL = of(new Cell(List.of(), List.of()));
  static final PathSet NONE = new PathSet(List.of(), true);

  /**
   * One operation.
   *
   * @param paths any of them; none: every path
   * @param notPaths none of them
   */
  record Cell(List<PathPattern> paths, List<PathPattern> notPaths) {}

  private static PathSet of(Cell cell) {
    return new PathSet(List.of(cell), true);
  }

  /** The paths on which an origin with these rules is asked. */
  static PathSet triggered(List<TriggerRule> rules) {
    PathSet all = rules.isEmpty() ? ALL : NONE;
    for (TriggerRule rule : rules) {
      List<PathPattern> excluded =
          rule.excluded().stream().flatMap(m -> PathPattern.of(m).stream()).toList();
      List<Optional<PathPattern>> included = rule.included().stream().map(PathPattern::of).toList();
      boolean any = included.isEmpty() || included.stream().anyMatch(Optional::isEmpty);
      List<PathPattern> paths =
          any ? List.of() : included.stream().flatMap(Optional::stream).toList();
      all = all.or(of(new Cell(paths, excluded)));
    }
    return all;
  }

  /** The paths on which it is not. */
  static PathSet untriggered(List<TriggerRule> rules) {
    PathSet all = rules.isEmpty() ? NONE : ALL;
    for (TriggerRule rule : rules) {
      PathSet outside = any(rule.excluded());
      if (!rule.included().isEmpty()) {
        List<PathPattern> included =
            rule.included().stream().flatMap(m -> PathPattern.of(m).stream()).toList();
        outside = outside.or(of(new Cell(List.of(), included)));
      }
      all = all.and(outside);
    }
    return all;
  }

  private static PathSet any(List<PathMatch> matches) {
    List<Optional<PathPattern>> patterns = matches.stream().map(PathPattern::of).toList();
    if (patterns.isEmpty()) {
      return NONE;
    }
    return patterns.stream().anyMatch(Optional::isEmpty)
        ? ALL
        : of(new Cell(patterns.stream().flatMap(Optional::stream).toList(), List.of()));
  }

  private PathSet or(PathSet other) {
    List<Cell> both = new ArrayList<>(cells);
    both.addAll(other.cells);
    return new PathSet(both, exact && other.exact);
  }

  PathSet and(PathSet other) {
    Set<Cell> both = new LinkedHashSet<>();
    boolean said = exact && other.exact;
    for (Cell a : cells) {
      for (Cell b : other.cells) {
        and(a, b).ifPresent(both::add);
        said &= a.paths().stream().noneMatch(p -> b.paths().stream().anyMatch(p::crosses));
      }
    }
    return new PathSet(List.copyOf(both), said);
  }

  private static Optional<Cell> and(Cell a, Cell b) {
    Set<PathPattern> not = new LinkedHashSet<>(a.notPaths());
    not.addAll(b.notPaths());
    List<PathPattern> paths = a.paths().isEmpty() ? b.paths() : a.paths();
    if (!a.paths().isEmpty() && !b.paths().isEmpty()) {
      Set<PathPattern> common = new LinkedHashSet<>();
      for (PathPattern one : a.paths()) {
        b.paths().stream()
            .filter(other -> !one.excludes(other))
            // a prefix and a suffix together have no pattern; the prefix alone is larger
            .map(other -> one.covers(other) ? other : one)
            .forEach(common::add);
      }
      paths = List.copyOf(common);
      if (paths.isEmpty()) {
        return Optional.empty();
      }
    }
    List<PathPattern> left =
        paths.stream().filter(p -> not.stream().noneMatch(n -> n.covers(p))).toList();
    return !paths.isEmpty() && left.isEmpty()
        ? Optional.empty()
        : Optional.of(new Cell(left, List.copyOf(not)));
  }
}
