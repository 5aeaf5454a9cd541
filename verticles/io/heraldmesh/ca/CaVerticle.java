package io.heraldmesh.ca;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.EpochGrant;
import io.heraldmesh.bus.OnceOnly;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns the life of the authority's place on the bus; {@link CertificateIssuer} does the work. */
public final class CaVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(CaVerticle.class);

  private static final long MINUTE_MILLIS = 60_000;

  private final SignedBus bus;
  private final OnceOnly once;
  private final CertificateIssuer issuer;
  private final LongSupplier epoch;
  private SignedBus.@Nullable Registration registration;

  /**
   * @param bus signs as {@code spiffe://<td>/herald/ca/<name>}
   * @param once shared by all nodes with the role ca
   * @param epoch the one in force, of which the authority gives its word; may block
   */
  public CaVerticle(SignedBus bus, OnceOnly once, CertificateIssuer issuer, LongSupplier epoch) {
    this.bus = bus;
    this.once = once;
    this.issuer = issuer;
    this.epoch = epoch;
  }

  /** Completes once requests are answered. */
  @Override
  public Future<?> start() {
    return CaService.serve(bus, once, new Desk())
        .onSuccess(
            r -> {
              registration = r;
              vertx.setPeriodic(MINUTE_MILLIS, minute -> issuer.tick());
            });
  }

  private final class Desk implements CaService.Server {
    @Override
    public Future<CaService.Issued> issue(SpiffeId caller, CaService.IssueRequest request) {
      return issuer.issue(caller, request);
    }

    @Override
    public Future<CaService.Roots> roots(SpiffeId caller) {
      return issuer.roots(caller);
    }

    @Override
    public Future<CaService.NumberedRoots> numberedRoots(SpiffeId caller) {
      return issuer.numberedRoots(caller);
    }

    @Override
    public Future<CaService.EpochSigned> epoch(SpiffeId caller, CaService.EpochRequest request) {
      return vertx.executeBlocking(() -> grant(caller, request.epoch()), false);
    }

    @Override
    public void refused(BusException why, @Nullable String signer, String type) {
      issuer.refused(why, signer, type);
    }
  }

  /** The database says which epoch it is, and not whoever asks. */
  private CaService.EpochSigned grant(SpiffeId caller, long asked) throws BusException {
    long now = epoch.getAsLong();
    if (asked != now) {
      LOG.warn("epoch refused caller={} asked={} inForce={}", caller, asked, now);
      throw new BusException(
          BusFailure.FORBIDDEN, "epoch " + asked + " is not in force, but epoch " + now);
    }
    return new CaService.EpochSigned(new EpochGrant(now).signed(bus));
  }

  @Override
  public Future<?> stop() {
    return registration == null ? Future.succeededFuture() : registration.close();
  }
}
