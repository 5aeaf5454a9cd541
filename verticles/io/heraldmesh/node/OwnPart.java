package io.heraldmesh.node;

import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.credentials.IdentityRenewal;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.identity.HeraldIdentity;
import io.heraldmesh.identity.HeraldRole;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of Herald's own parts in the process that holds the authority. It renews its identity as any
 * node does, by asking with the one it has; where the clock was set back, so that nobody would
 * answer that one, it is signed here again.
 */
final class OwnPart {
  private static final Logger LOG = LoggerFactory.getLogger(OwnPart.class);

  private final Vertx vertx;
  private final IdentityRenewal renewal;
  private final Callable<HeraldSvid> signing;
  private final AtomicBoolean busy = new AtomicBoolean();

  /**
   * @param identity of the part
   * @param authority signs a new one; may block
   */
  OwnPart(
      Vertx vertx,
      IdentityRenewal renewal,
      RenewableIdentity identity,
      BiFunction<HeraldRole, String, RenewableIdentity> authority) {
    HeraldIdentity part = identity.svid().id().herald().orElseThrow();
    this.vertx = vertx;
    this.renewal = renewal;
    this.signing = () -> authority.apply(part.role(), part.name()).svid();
  }

  IdentityRenewal renewal() {
    return renewal;
  }

  /** Does what is due by the clock. */
  void tick() {
    if (renewal.isEarly() && busy.compareAndSet(false, true)) {
      vertx
          .executeBlocking(signing, false)
          .onSuccess(renewal::take)
          .onFailure(e -> LOG.warn("own identity not signed again: {}", e.getMessage()))
          .onComplete(done -> busy.set(false));
    } else {
      renewal.tick();
    }
  }
}
