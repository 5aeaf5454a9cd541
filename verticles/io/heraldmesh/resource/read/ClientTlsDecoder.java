package io.heraldmesh.resource.read;

import io.heraldmesh.resource.ClientTls;
import io.heraldmesh.resource.ClientTls.Mode;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Source: Istio destination_rule.proto, ClientTLSSettings, and its validation. */
final class ClientTlsDecoder {
  private static final String SPIFFE = "spiffe://";

  private ClientTlsDecoder() {}

  static ClientTls decode(Fields f) {
    Mode mode = f.required("mode").oneOf(Mode.class, Mode.DISABLE).value();
    boolean originates = mode == Mode.SIMPLE || mode == Mode.MUTUAL;
    refuseSkippedVerification(f.optional("insecureSkipVerify"));
    f.notEnforced("credentialName", "caCrl");
    String certificate = file(f, "clientCertificate", mode, mode == Mode.MUTUAL);
    String key = file(f, "privateKey", mode, mode == Mode.MUTUAL);
    String roots = file(f, "caCertificates", mode, originates);
    Value names = f.optional("subjectAltNames");
    Value sni = f.optional("sni");
    ClientTls tls =
        new ClientTls(f.at(), mode, certificate, key, roots, names.texts(), sniText(sni));
    if (mode == Mode.DISABLE) {
      f.withoutEffect("subjectAltNames", "sni");
    }
    if (mode == Mode.MUTUAL) {
      f.required("clientCertificate");
      f.required("privateKey");
    }
    if (mode == Mode.ISTIO_MUTUAL) {
      requireIdentities(tls.subjectAltNames(), names.problems());
    }
    return tls;
  }

  /**
   * A path on the caller's node. Where the mode has no use for it, it is an error with
   * ISTIO_MUTUAL, as there it would seem to replace the mesh's own certificates, and a warning
   * elsewhere.
   */
  private static @Nullable String file(Fields f, String name, Mode mode, boolean used) {
    Value written = f.optional(name);
    Located<String> path = written.nonEmptyTextOrNull();
    if (path == null) {
      return null;
    }
    if (mode == Mode.ISTIO_MUTUAL) {
      written.problem(
          ProblemCode.CONFLICT,
          name + " must be empty with ISTIO_MUTUAL, which uses the workload's own certificate",
          "remove it, or use mode MUTUAL");
      return null;
    }
    if (!used) {
      f.withoutEffect(name);
      return null;
    }
    boolean platform = name.equals("caCertificates") && path.value().equals(ClientTls.SYSTEM);
    if (!path.value().isEmpty() && !path.value().startsWith("/") && !platform) {
      written.problem(
          ProblemCode.INVALID,
          Shown.quoted(path.value()) + " is no absolute path",
          "write the whole path of the file on the callers' nodes");
    }
    return path.value();
  }

  private static @Nullable String sniText(Value written) {
    Located<String> sni = written.nonEmptyTextOrNull();
    if (sni == null) {
      return null;
    }
    if (!sni.value().isEmpty() && !Names.isHost(sni.value())) {
      written.problem(ProblemCode.INVALID_HOST, Shown.quoted(sni.value()) + " is no server name");
    }
    return sni.value();
  }

  /** Whoever is not verified may be anybody, and would be handed the request. */
  private static void refuseSkippedVerification(Value written) {
    if (written.bool(false)) {
      written.problem(
          ProblemCode.UNVERIFIED_SERVER,
          "Herald does not talk TLS to a server without verifying its certificate");
    }
  }

  private static void requireIdentities(List<Located<String>> names, ProblemCollector problems) {
    for (Located<String> name : names) {
      if (!name.value().startsWith(SPIFFE)) {
        problems.add(
            name.at(),
            ProblemCode.NEVER_MATCHES,
            Shown.quoted(name.value())
                + " matches no mesh certificate, which has a SPIFFE ID alone",
            "write spiffe://<trust domain>/ns/<namespace>/sa/<service account>");
      }
    }
  }
}
