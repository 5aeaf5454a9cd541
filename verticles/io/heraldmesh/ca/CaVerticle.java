package io.heraldmesh.ca;

import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.SignedBus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/** Owns the life of the authority's place on the bus; {@link CertificateIssuer} does the work. */
public final class CaVerticle extends VerticleBase {
  private final SignedBus bus;
  private final CertificateIssuer issuer;
  private SignedBus.@Nullable Registration registration;

  /**
   * @param bus signs as {@code spiffe://<td>/herald/ca/<name>}
   */
  public CaVerticle(SignedBus bus, CertificateIssuer issuer) {
    this.bus = bus;
    this.issuer = issuer;
  }

  /** Completes once requests are answered. */
  @Override
  public Future<?> start() {
    return CaService.serve(bus, issuer).onSuccess(r -> registration = r);
  }

  @Override
  public Future<?> stop() {
    return registration == null ? Future.succeededFuture() : registration.close();
  }
}
