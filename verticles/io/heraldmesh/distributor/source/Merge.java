package io.heraldmesh.distributor.source;

import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.resource.MeshConfig;
import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The resources of a folder and those of the store as one set. The same resource in both is an
 * error: neither goes before the other. A pure function.
 */
public final class Merge {
  private Merge() {}

  /**
   * @param first read first; what is also in {@code second} is a problem of the second
   * @param trustDomain of the mesh; a mesh configuration that names another is an error
   * @param remedy what to do about a resource that is in both
   */
  public static Resources of(
      Resources first, Resources second, TrustDomain trustDomain, String remedy) {
    ProblemCollector problems = new ProblemCollector();
    Map<String, Resource> known = new HashMap<>();
    first.all().forEach(resource -> known.put(name(resource), resource));
    List<Resource> all = new ArrayList<>(first.all());
    for (Resource resource : second.all()) {
      Resource earlier = known.putIfAbsent(name(resource), resource);
      if (earlier == null) {
        all.add(resource);
      } else {
        problems.add(
            resource.metadata().at(),
            resource instanceof MeshConfig
                ? ProblemCode.SECOND_MESH_CONFIG
                : ProblemCode.DUPLICATE_RESOURCE,
            resource.describe() + " is there already, at " + earlier.metadata().at(),
            remedy);
      }
    }
    for (Resource resource : all) {
      Located<String> named = resource instanceof MeshConfig mesh ? mesh.trustDomain() : null;
      if (named != null && !named.value().equals(trustDomain.name())) {
        problems.add(
            named.at(),
            ProblemCode.CONFLICT,
            "trustDomain is " + named.value() + ", but this mesh is " + trustDomain,
            "leave the trust domain out, or write " + trustDomain);
      }
    }
    return new Resources(all, first.problems().and(second.problems()).and(problems.problems()));
  }

  private static String name(Resource resource) {
    return resource instanceof MeshConfig ? "MeshConfig" : resource.describe();
  }
}
