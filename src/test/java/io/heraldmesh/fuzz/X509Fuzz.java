package io.heraldmesh.fuzz;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.PeerRefusal;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Certificates. The first byte says what the rest is: PEM text; a DER chain; or the part of a leaf
 * that is signed, which gets a good signature when all else is good. What Herald accepts, the JDK's
 * path validation must accept, and must find the same URI in.
 */
public final class X509Fuzz {
  private static final PeerVerifier VERIFIER = new PeerVerifier(Crypto.jdk());

  private X509Fuzz() {}

  public static void fuzzerTestOneInput(byte[] data) throws Exception {
    if (data.length == 0) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(data, 1, data.length);
    PeerRole role = (data[0] & 4) == 0 ? PeerRole.CLIENT : PeerRole.SERVER;
    switch (data[0] & 3) {
      case 0 -> pem(new String(rest, StandardCharsets.ISO_8859_1), role);
      case 1 -> chain(FuzzAuthority.split(rest), role);
      default -> signed(rest, role);
    }
  }

  private static void pem(String text, PeerRole role) throws Exception {
    CertificateChain chain;
    try {
      chain = CertificateChain.parsePem(text);
    } catch (InvalidCertificate e) {
      return;
    }
    Disagreement.unless(
        CertificateChain.parsePem(chain.pem()).equals(chain), "written and read, it is another");
    verify(chain.certificates(), role);
  }

  private static void chain(List<byte[]> ders, PeerRole role) throws Exception {
    try {
      List<X509Certificate> chain = CertificateChain.parseDer(ders).certificates();
      for (int i = 0; i < chain.size(); i++) {
        Disagreement.unless(
            Arrays.equals(chain.get(i).getEncoded(), ders.get(i)), "read as other bytes");
      }
      verify(chain, role);
    } catch (InvalidCertificate e) {
      // refused unread
    }
  }

  private static void signed(byte[] tbs, PeerRole role) throws Exception {
    try {
      PeerVerdict unsigned =
          verify(chainOf(FuzzAuthority.certificate(tbs, FuzzAuthority.NO_SIGNATURE)), role);
      Disagreement.unless(
          !(unsigned instanceof PeerVerdict.Accepted), "accepted without a signature");
      if (unsigned instanceof PeerVerdict.Refused(PeerRefusal reason, String _)
          && reason == PeerRefusal.BAD_SIGNATURE) {
        verify(chainOf(FuzzAuthority.certificate(tbs, FuzzAuthority.sign(tbs))), role);
      }
    } catch (InvalidCertificate e) {
      // refused unread
    }
  }

  private static List<X509Certificate> chainOf(byte[] leaf) {
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(CertificateChain.certificate(leaf));
    chain.add(FuzzAuthority.intermediate());
    return chain;
  }

  private static PeerVerdict verify(List<X509Certificate> chain, PeerRole role) throws Exception {
    PeerVerdict verdict = VERIFIER.verify(chain, FuzzAuthority.bundle(), role, FuzzAuthority.NOW);
    if (verdict instanceof PeerVerdict.Accepted accepted) {
      Disagreement.unless(FuzzAuthority.jdkAccepts(chain), "accepted, and the JDK refuses it");
      Disagreement.unless(
          FuzzAuthority.uris(chain.getFirst()).equals(List.of(accepted.id().toString())),
          "another URI");
    }
    return verdict;
  }
}
