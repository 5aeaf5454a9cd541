package io.heraldmesh.distributor.source;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.distributor.Distribution;
import io.heraldmesh.distributor.source.AcceptedResources.Accepted;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.store.AuditLog;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.StoredResource;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * What a set of changes would make of the whole: the store with them, and the folder. Blocks for
 * the compiler.
 *
 * @param folder the resources of the watched folder that are in force
 */
public record WholeCheck(
    Supplier<Resources> folder,
    Distribution distribution,
    TrustDomain trustDomain,
    AuditLog audit) {
  private static final long COMPILE_SECONDS = 30;

  /** All content in the store together; a folder may be as large. */
  private static final long MOST_BYTES = 64L << 20;

  private static final String IN_FOLDER =
      "change it in its file, or take it out of the folder and apply it again";

  /** Errors, and the warnings that this change has or brings. */
  Problems of(Accepted before, ChangeSet set) {
    Resources rest = without(before, set.keys());
    Resources changed = new Resources(set.resources(), set.problems());
    Resources whole = Merge.of(join(folder.get(), rest), changed, trustDomain, IN_FOLDER);
    if (whole.problems().hasErrors()) {
      return new Problems(whole.problems().errors());
    }
    if (bytes(before, set) > MOST_BYTES) {
      return one(set, ProblemCode.TOO_LARGE, "the store would hold more than 64 MiB");
    }
    try {
      List<Problem> found = await(distribution.check(whole)).all();
      if (found.isEmpty()) {
        return set.problems();
      }
      Set<String> known = known();
      return set.problems()
          .and(
              new Problems(
                  found.stream()
                      .filter(p -> set.files().contains(p.at().file()) || !known.contains(p.text()))
                      .toList()));
    } catch (ExecutionException e) {
      return one(set, ProblemCode.INVALID, "cannot be compiled: " + e.getCause());
    }
  }

  /**
   * What is told already. While one control node takes over from another nobody tells, and a change
   * is taken all the same.
   */
  private Set<String> known() throws ExecutionException {
    try {
      return new HashSet<>(await(distribution.status()).problems());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BusException failure && failure.failure().retryHelps()) {
        return Set.of();
      }
      throw e;
    }
  }

  private static Resources without(Accepted before, Set<ResourceKey> keys) {
    Set<String> gone = new HashSet<>();
    keys.forEach(key -> gone.add(AcceptedResources.name(key)));
    List<Resource> kept =
        before.resources().all().stream()
            .filter(resource -> !gone.contains(resource.metadata().at().file()))
            .toList();
    return new Resources(
        kept,
        new Problems(
            before.resources().problems().all().stream()
                .filter(p -> !gone.contains(p.at().file()))
                .toList()));
  }

  private static Resources join(Resources folder, Resources store) {
    List<Resource> all = new ArrayList<>(folder.all());
    all.addAll(store.all());
    return new Resources(all, store.problems());
  }

  private static long bytes(Accepted before, ChangeSet set) {
    Set<ResourceKey> keys = set.keys();
    long kept =
        before.stored().values().stream()
            .filter(stored -> !keys.contains(stored.key()))
            .map(StoredResource::content)
            .mapToLong(content -> content == null ? 0 : content.length())
            .sum();
    return kept
        + set.changes().stream()
            .mapToLong(change -> change.content() == null ? 0 : change.content().length())
            .sum();
  }

  private static Problems one(ChangeSet set, ProblemCode code, String message) {
    String file = set.files().stream().sorted().findFirst().orElse("store");
    return new Problems(List.of(new Problem(Position.startOf(file), code, message)));
  }

  private static <T> T await(Future<T> future) throws ExecutionException {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(COMPILE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExecutionException("interrupted", e);
    } catch (TimeoutException e) {
      throw new ExecutionException("the compiler takes longer than " + COMPILE_SECONDS + " s", e);
    }
  }
}
