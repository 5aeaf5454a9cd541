package io.heraldmesh.distributor;

import io.heraldmesh.compile.CompiledMesh;
import io.heraldmesh.compile.MeshWorkload;
import io.heraldmesh.resource.Resources;
import java.util.List;

/**
 * Resources and what runs where, to what each node gets: {@code new MeshCompiler(…)::compile}. A
 * pure function; called off the event loop, one call at a time.
 */
@FunctionalInterface
public interface MeshSource {

  /**
   * @throws RuntimeException when nothing can be made of it; what is in force then stays
   */
  CompiledMesh compile(Resources resources, List<MeshWorkload> workloads);
}
