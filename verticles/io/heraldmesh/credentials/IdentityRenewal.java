package io.heraldmesh.credentials;

import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the identity of one of Herald's own parts, by showing the one it has. Thread-safe.
 *
 * <p>Whoever owns it calls {@link #tick} about once a second.
 */
public final class IdentityRenewal {
  private static final Logger LOG = LoggerFactory.getLogger(IdentityRenewal.class);

  private final RenewableIdentity identity;
  private final InstantSource clock;
  private final RenewingLeaf leaf;
  private volatile @Nullable HeraldSvid before;

  /**
   * @param identity whose roots are those of {@link #follow}
   * @param ttl wished lifetime; null: the authority's default
   */
  public IdentityRenewal(
      Vertx vertx,
      CaService ca,
      RenewableIdentity identity,
      @Nullable Duration ttl,
      Crypto crypto,
      InstantSource clock,
      RandomGenerator random) {
    this(vertx, ca, identity, ttl, crypto, clock, random, roots -> {});
  }

  /**
   * As above.
   *
   * @param signedUnder told which roots were in force where a certificate was signed. They are not
   *     taken: the roots have come from elsewhere, and may be newer
   */
  IdentityRenewal(
      Vertx vertx,
      CaService ca,
      RenewableIdentity identity,
      @Nullable Duration ttl,
      Crypto crypto,
      InstantSource clock,
      RandomGenerator random,
      Consumer<TrustBundle> signedUnder) {
    this.identity = identity;
    this.clock = clock;
    HeraldSvid first = identity.svid();
    RenewingLeaf.Listener listener =
        new RenewingLeaf.Listener() {
          @Override
          public void issued(Credential credential, TrustBundle bundle) {
            before = identity.svid();
            identity.replace(new HeraldSvid(credential.id(), credential.key(), credential.chain()));
            signedUnder.accept(bundle);
          }

          @Override
          public void expired(SpiffeId id) {
            // Nothing to take away: what it signs from now on is refused by every receiver.
          }
        };
    this.leaf =
        new RenewingLeaf(
                vertx,
                ca,
                first.id(),
                new CaService.Subject.Caller(),
                ttl,
                crypto,
                clock,
                random,
                listener)
            .startingWith(new Credential(first.id(), first.key(), first.chain()));
  }

  /**
   * The authority is in this process, and these are its roots now: they are taken, and an identity
   * under an older one is renewed at the next {@link #tick}.
   */
  public void follow(TrustBundle bundle) {
    identity.replace(bundle);
    leaf.follow(bundle, Duration.ZERO);
  }

  /** As {@link #follow(TrustBundle)} for roots that come from elsewhere and are taken by others. */
  void follow(TrustBundle bundle, Duration within) {
    leaf.follow(bundle, within);
  }

  /**
   * Renews when it is due by the clock. Where a clock was set back, so that nobody believes what
   * was signed before, the identity of before that is taken again, if it has not ended: it can ask
   * for another one.
   */
  public void tick() {
    HeraldSvid earlier = before;
    if (earlier != null && isEarly() && isValid(earlier)) {
      before = null;
      LOG.warn("the clock was set back: id={} is shown as it was before", earlier.id());
      identity.replace(earlier);
      leaf.startingWith(new Credential(earlier.id(), earlier.key(), earlier.chain())).reachable();
    }
    leaf.tick();
  }

  /**
   * Has it renewed at the next {@link #tick} when it lives for another time than is wished, as the
   * first one of a node does: who signs that has not seen the node file. Once: what comes then is
   * taken for what the authority gives, and renewed in its time.
   */
  public void renewUnlessAsWished() {
    leaf.renewUnlessAsWished();
  }

  /** Not valid yet by this clock: everybody refuses it. */
  public boolean isEarly() {
    return clock.instant().isBefore(identity.svid().leaf().getNotBefore().toInstant());
  }

  private boolean isValid(HeraldSvid svid) {
    Instant now = clock.instant();
    return !now.isBefore(svid.leaf().getNotBefore().toInstant())
        && now.isBefore(svid.leaf().getNotAfter().toInstant());
  }

  /** Shows another identity that was signed for the same part, and has it renewed from here on. */
  public void take(HeraldSvid svid) {
    before = null;
    identity.replace(svid);
    leaf.startingWith(new Credential(svid.id(), svid.key(), svid.chain()));
  }

  /** The authority can be reached again: what failed is tried now, not after its pause. */
  public void reachable() {
    leaf.reachable();
  }

  /** How the identity stands. */
  public LeafStatus status() {
    return leaf.status();
  }

  /** The certificate in use, for whoever has to know which one breaks next. */
  public Used used() {
    return leaf.used(identity.bundle());
  }
}
