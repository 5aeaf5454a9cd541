package io.heraldmesh.node;

import io.heraldmesh.ca.Authority;
import io.heraldmesh.enrol.CertificateProofs;
import io.heraldmesh.enrol.EnrolLimits;
import io.heraldmesh.enrol.Enrolment;
import io.heraldmesh.enrol.EnrolmentService;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.link.ControlMethod;
import io.heraldmesh.node.NodeConfig.CertificatesConfig;
import io.heraldmesh.node.NodeConfig.ControlConfig;
import io.vertx.core.Vertx;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets nodes in, at any control node: tokens and who used them are in the database. */
final class ControlEnrolment implements AutoCloseable {
  private static final long MINUTE = 60_000;

  private final Vertx vertx;
  private final Enrolment enrolment;
  private final EnrolmentService service;
  private final long timer;

  ControlEnrolment(
      Foundation foundation,
      TrustDomain trustDomain,
      NodeConfig config,
      ControlState state,
      ControlPlane control) {
    this.vertx = foundation.vertx();
    this.enrolment =
        new Enrolment(
            vertx,
            state.authority(),
            state.store(),
            proofs(config.control(), state.authority().get()),
            EnrolLimits.DEFAULT,
            control.limit(),
            foundation.crypto(),
            foundation.clock(),
            System::nanoTime,
            control::readRegistrations);
    this.service =
        new EnrolmentService(enrolment, trustDomain, () -> state.authority().get().bundle());
    this.timer = vertx.setPeriodic(MINUTE, minute -> enrolment.tick());
  }

  /** What a control node's port offers to whoever has no certificate yet. */
  List<ControlMethod<?, ?>> methods() {
    return service.methods();
  }

  /** Before the database is gone, and for no longer than a stop may take. */
  @Override
  public void close() {
    vertx.cancelTimer(timer);
    CountedRefusals.await(enrolment.writeCounted());
  }

  private static CertificateProofs proofs(@Nullable ControlConfig control, Authority mesh) {
    CertificatesConfig known = control == null ? null : control.certificates();
    if (known == null) {
      return CertificateProofs.NONE;
    }
    List<X509Certificate> own = new ArrayList<>(mesh.bundle().of(mesh.trustDomain()));
    own.add(mesh.issuer());
    return new CertificateProofs(ForeignRoots.read(known.roots(), own), known.nodes());
  }
}
