package io.heraldmesh.admin;

import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.UsedCertificates.Reported;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What the distributor says, waited for. Blocks. */
record MeshAnswers(MeshView mesh) {
  private static final long SECONDS = 10;

  MeshStatus status() throws InterruptedException {
    return await(mesh.status());
  }

  SharedKeySets keySets() throws InterruptedException {
    return await(mesh.keySets());
  }

  /** Of all nodes. */
  List<Reported> reports() throws InterruptedException {
    List<Reported> all = new ArrayList<>();
    @Nullable String after = null;
    do {
      ReportsPage page = await(mesh.reports(after));
      all.addAll(page.nodes());
      after = page.next();
    } while (after != null);
    return all;
  }

  private static <T> T await(Future<T> asked) throws InterruptedException {
    try {
      return asked.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the distributor does not answer", e);
    }
  }
}
