package io.heraldmesh.admin;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.UsedCertificates.Reported;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the distributor says, waited for. Blocks; fails with what a caller is told, as while one
 * control node takes over from another.
 */
record MeshAnswers(MeshView mesh) {
  private static final long MILLIS = 10_000;

  /** After which it is asked again: whoever was asked may hang, and another one lead by now. */
  private static final long AGAIN_MILLIS = 2_000;

  MeshStatus status() throws InterruptedException, BusException {
    return await(mesh::status);
  }

  SharedKeySets keySets() throws InterruptedException, BusException {
    return await(mesh::keySets);
  }

  /** Of all nodes. */
  List<Reported> reports() throws InterruptedException, BusException {
    List<Reported> all = new ArrayList<>();
    @Nullable String after = null;
    do {
      String from = after;
      ReportsPage page = await(() -> mesh.reports(from));
      all.addAll(page.nodes());
      after = page.next();
    } while (after != null);
    return all;
  }

  /** The first answer that is good; the last failure once nothing that was asked can be. */
  private static <T> T await(Supplier<Future<T>> question)
      throws InterruptedException, BusException {
    CompletableFuture<T> first = new CompletableFuture<>();
    AtomicInteger open = new AtomicInteger();
    for (long waited = 0; waited < MILLIS; waited += AGAIN_MILLIS) {
      open.incrementAndGet();
      question.get().onComplete(asked -> take(asked, open, first));
      try {
        return first.get(AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // asked again
      } catch (ExecutionException e) {
        if (e.getCause() instanceof BusException bus && bus.failure().retryHelps()) {
          throw unanswered(bus.failure(), bus.detail());
        }
        throw new IllegalStateException("the distributor does not answer", e);
      }
    }
    throw unanswered(BusFailure.UNREACHABLE, "no answer within " + MILLIS / 1000 + " s");
  }

  private static <T> void take(
      AsyncResult<T> asked, AtomicInteger open, CompletableFuture<T> first) {
    if (asked.succeeded()) {
      first.complete(asked.result());
    } else if (open.decrementAndGet() == 0) {
      first.completeExceptionally(asked.cause());
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
