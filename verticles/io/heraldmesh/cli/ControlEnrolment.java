package io.heraldmesh.cli;

import io.heraldmesh.cli.NodeConfig.CertificatesConfig;
import io.heraldmesh.cli.NodeConfig.ControlConfig;
import io.heraldmesh.enrol.CertificateProofs;
import io.heraldmesh.enrol.EnrolLimits;
import io.heraldmesh.enrol.Enrolment;
import io.heraldmesh.enrol.EnrolmentService;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.link.ControlMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets nodes in, at any control node: tokens and who used them are in the database. */
final class ControlEnrolment {
  private static final long MINUTE = 60_000;

  private ControlEnrolment() {}

  /** What a control node's port offers to whoever has no certificate yet. */
  static List<ControlMethod<?, ?>> methods(
      Foundation foundation,
      TrustDomain trustDomain,
      NodeConfig config,
      ControlState state,
      ControlPlane control) {
    Enrolment enrolment =
        new Enrolment(
            foundation.vertx(),
            state.authority(),
            state.store(),
            proofs(config.control()),
            EnrolLimits.DEFAULT,
            foundation.crypto(),
            foundation.clock(),
            System::nanoTime,
            control::readRegistrations);
    foundation.vertx().setPeriodic(MINUTE, minute -> enrolment.tick());
    return new EnrolmentService(enrolment, trustDomain, () -> state.authority().get().bundle())
        .methods();
  }

  private static CertificateProofs proofs(@Nullable ControlConfig control) {
    CertificatesConfig known = control == null ? null : control.certificates();
    return known == null
        ? CertificateProofs.NONE
        : new CertificateProofs(roots(known.roots()), known.nodes());
  }

  private static List<X509Certificate> roots(Path file) {
    TrustDomain any = new TrustDomain("any");
    try {
      return TrustBundle.fromPem(any, Files.readString(file)).of(any);
    } catch (InvalidCertificate e) {
      throw StartFailure.cannotStart(file + ": spec.control.certificates.roots: " + e.getMessage());
    } catch (IOException e) {
      throw StartFailure.cannotStart(
          file
              + ": spec.control.certificates.roots: cannot be read ("
              + e.getClass().getSimpleName()
              + ")");
    }
  }
}
