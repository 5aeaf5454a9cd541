package io.heraldmesh.admin;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
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

/**
 * What the distributor says, waited for. Blocks; fails with what a caller is told, as while one
 * control node takes over from another.
 */
record MeshAnswers(MeshView mesh) {
  private static final long SECONDS = 10;

  MeshStatus status() throws InterruptedException, BusException {
    return await(mesh.status());
  }

  SharedKeySets keySets() throws InterruptedException, BusException {
    return await(mesh.keySets());
  }

  /** Of all nodes. */
  List<Reported> reports() throws InterruptedException, BusException {
    List<Reported> all = new ArrayList<>();
    @Nullable String after = null;
    do {
      ReportsPage page = await(mesh.reports(after));
      all.addAll(page.nodes());
      after = page.next();
    } while (after != null);
    return all;
  }

  private static <T> T await(Future<T> asked) throws InterruptedException, BusException {
    try {
      return asked.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw unanswered(BusFailure.UNREACHABLE, "no answer within " + SECONDS + " s");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BusException bus && bus.failure().retryHelps()) {
        throw unanswered(bus.failure(), bus.detail());
      }
      throw new IllegalStateException("the distributor does not answer", e);
    }
  }

  private static BusException unanswered(BusFailure failure, String why) {
    return new BusException(
        failure,
        "the control node that distributes does not answer; another takes over within seconds when"
            + " it is gone: "
            + why);
  }
}
