package io.heraldmesh.jwks;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a source, for somebody elsewhere who has nothing better: worth a short wait for
 * a fetch that is under way. Lives on one context.
 */
final class KeySetOffers {
  /** How long who asks for a set waits for a fetch that is under way. */
  private static final Duration OFFER_WITHIN = Duration.ofSeconds(3);

  /** After which a key that a slow fetch may bring is looked for again. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private final Timers timers;
  private final Context context;
  private final KeySetRefresh refresh;

  KeySetOffers(Timers timers, Context context, KeySetRefresh refresh) {
    this.timers = timers;
    this.context = context;
    this.refresh = refresh;
  }

  /**
   * @param held null: no set was ever fetched
   * @param problem why the last fetch failed; null: it did not
   * @param again when a fetch for a missed key is due; null: none is, or it was made
   */
  record Offer(@Nullable HeldKeys held, @Nullable String problem, @Nullable Duration again) {}

  /** See {@link KeySetService#offer}. */
  Future<Offer> offer(WatchedSource one, boolean keyMissed) {
    if (keyMissed) {
      refresh.fetchForUnknownKey(one);
    }
    boolean fresh = one.lastGood != null && !one.kept && !keyMissed;
    if (fresh || !one.fetching && one.tried.future().isComplete()) {
      return Future.succeededFuture(now(one, keyMissed ? refresh.untilAsked(one) : null));
    }
    Promise<Offer> offered = Promise.promise();
    Timers.Running late =
        timers.after(OFFER_WITHIN, () -> offered.tryComplete(now(one, keyMissed ? SOON : null)));
    (one.fetching ? one.fetched : one.tried)
        .future()
        .onComplete(
            done ->
                context.runOnContext(
                    go -> {
                      late.cancel();
                      offered.tryComplete(now(one, null));
                    }));
    return offered.future();
  }

  private static Offer now(WatchedSource one, @Nullable Duration again) {
    return new Offer(one.lastGood, one.lastError, again);
  }
}
