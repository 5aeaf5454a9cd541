package io.heraldmesh.identity;

import static io.heraldmesh.identity.TestCertificate.NOW;
import static io.heraldmesh.identity.TestCertificate.authority;
import static io.heraldmesh.identity.TestCertificate.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TestCertificate.Made;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A root, an authority under it, and verdicts on what they signed; every check runs under all
 * implementations.
 */
abstract class VerifiedPeers {
  static final String ID = "spiffe://mesh.test/ns/a/sa/client";
  static final TrustDomain MESH = new TrustDomain("mesh.test");

  final Made root = authority("root").selfSigned();
  final Made issuer = authority("issuer").signedBy(root);

  void assertAccepted(Made leaf) {
    assertThat(verify(leaf, issuer)).isInstanceOf(PeerVerdict.Accepted.class);
  }

  void assertRefused(PeerRefusal reason, TestCertificate leaf) {
    assertThat(reason(verify(leaf.signedBy(issuer), issuer))).isEqualTo(reason);
  }

  static PeerRefusal reason(PeerVerdict verdict) {
    assertThat(verdict).isInstanceOf(PeerVerdict.Refused.class);
    return ((PeerVerdict.Refused) verdict).reason();
  }

  TrustBundle bundle() {
    return new TrustBundle(Map.of(MESH, List.of(root.certificate())));
  }

  PeerVerdict verify(Made leaf, Made... others) {
    List<X509Certificate> chain =
        Stream.concat(Stream.of(leaf), Stream.of(others)).map(Made::certificate).toList();
    return verify(chain, bundle(), PeerRole.CLIENT);
  }

  static PeerVerdict verify(List<X509Certificate> chain, TrustBundle bundle, PeerRole role) {
    List<PeerVerdict> verdicts =
        Crypto.all().stream()
            .map(crypto -> new PeerVerifier(crypto).verify(chain, bundle, role, NOW))
            .distinct()
            .toList();
    assertThat(verdicts).as("every implementation says the same").hasSize(1);
    return verdicts.getFirst();
  }
}
