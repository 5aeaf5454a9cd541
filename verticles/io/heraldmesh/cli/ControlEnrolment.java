package io.heraldmesh.cli;

import io.heraldmesh.enrol.CertificateProofs;
import io.heraldmesh.enrol.EnrolLimits;
import io.heraldmesh.enrol.Enrolment;
import io.heraldmesh.enrol.EnrolmentService;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.link.ControlMethod;
import java.util.List;

/** Lets nodes in, at any control node: tokens and who used them are in the database. */
final class ControlEnrolment {
  private static final long MINUTE = 60_000;

  private ControlEnrolment() {}

  /** What a control node's port offers to whoever has no certificate yet. */
  static List<ControlMethod<?, ?>> methods(
      Foundation foundation, TrustDomain trustDomain, ControlState state, ControlPlane control) {
    Enrolment enrolment =
        new Enrolment(
            foundation.vertx(),
            state.authority(),
            state.store(),
            CertificateProofs.NONE,
            EnrolLimits.DEFAULT,
            foundation.crypto(),
            foundation.clock(),
            System::nanoTime,
            control::readRegistrations);
    foundation.vertx().setPeriodic(MINUTE, minute -> enrolment.tick());
    return new EnrolmentService(enrolment, trustDomain, () -> state.authority().get().bundle())
        .methods();
  }
}
