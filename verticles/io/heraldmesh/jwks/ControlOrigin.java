package io.heraldmesh.jwks;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.SharedKeysService;
import io.heraldmesh.bus.SharedKeysService.Shared;
import io.heraldmesh.bus.SharedKeysService.Wanted;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import org.jspecify.annotations.Nullable;

/** Key sets from the control plane, which asks the issuers once for the whole mesh. */
final class ControlOrigin implements KeySetOrigin {
  private final SharedKeysService control;
  private final WorkerExecutor parser;

  /**
   * @param parser reads key sets: a large one takes longer than an event loop has
   */
  ControlOrigin(SharedKeysService control, WorkerExecutor parser) {
    this.control = control;
    this.parser = parser;
  }

  @Override
  public Future<FetchedKeys> fetch(Wish wish) {
    HeldKeys held = wish.held();
    return control
        .get(new Wanted(wish.source(), held == null ? null : held.set().digest(), wish.keyMissed()))
        .recover(cause -> Future.failedFuture(failure(cause)))
        .compose(shared -> parser.executeBlocking(() -> keys(shared, held), /* ordered= */ false));
  }

  private static FetchedKeys keys(Shared shared, @Nullable HeldKeys held) throws FetchFailure {
    String json = shared.keySet();
    FetchedKeys keys;
    if (json != null) {
      keys = FetchedKeys.parse(json, null);
    } else if (held != null) {
      keys = new FetchedKeys(held.set(), held.json(), null, null, null, null);
    } else {
      throw new FetchFailure("control plane answered without a key set");
    }
    return new FetchedKeys(
        keys.set(), keys.json(), null, shared.fetched(), shared.problem(), shared.again());
  }

  private static FetchFailure failure(Throwable cause) {
    return cause instanceof BusException e
        ? new FetchFailure("control plane, " + e.getMessage())
        : new FetchFailure("control plane: " + cause.getClass().getSimpleName());
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
