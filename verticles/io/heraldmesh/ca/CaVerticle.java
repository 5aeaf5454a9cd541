package io.heraldmesh.ca;

import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.OnceOnly;
import io.heraldmesh.bus.SignedBus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/** Owns the life of the authority's place on the bus; {@link CertificateIssuer} does the work. */
public final class CaVerticle extends VerticleBase {
  private final SignedBus bus;
  private final OnceOnly once;
  private final CertificateIssuer issuer;
  private SignedBus.@Nullable Registration registration;

  /**
   * @param bus signs as {@code spiffe://<td>/herald/ca/<name>}
   * @param once shared by all nodes with the role ca
   */
  public CaVerticle(SignedBus bus, OnceOnly once, CertificateIssuer issuer) {
    this.bus = bus;
    this.once = once;
    this.issuer = issuer;
  }

  /** Completes once requests are answered. */
  @Override
  public Future<?> start() {
    return CaService.serve(bus, once, issuer).onSuccess(r -> registration = r);
  }

  @Override
  public Future<?> stop() {
    return registration == null ? Future.succeededFuture() : registration.close();
  }
}
