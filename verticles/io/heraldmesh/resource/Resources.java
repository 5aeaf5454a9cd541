package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Problems;
import java.util.List;

/**
 * Everything that was read, as one set. Immutable.
 *
 * @param all those without errors, by file name and then as they stand in the file
 * @param problems everything found wrong; with an error among them the set must not be put into
 *     force, because what is missing may be a DENY
 */
public record Resources(List<Resource> all, Problems problems) {
  public static final Resources NONE = new Resources(List.of(), Problems.NONE);

  public Resources {
    all = List.copyOf(all);
  }

  /** Those of one kind, in the order of {@link #all}. */
  public <T extends Resource> List<T> of(Class<T> kind) {
    return all.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The mesh configuration; the defaults when there is none. */
  public MeshConfig meshConfig() {
    return of(MeshConfig.class).stream().findFirst().orElse(MeshConfig.DEFAULT);
  }

  /** True when there is at least one policy: see {@link Resource#isPolicy}. */
  public boolean hasPolicies() {
    return all.stream().anyMatch(Resource::isPolicy);
  }
}
