package io.heraldmesh.identity;

import static io.heraldmesh.identity.ForgedList.ISSUER;
import static io.heraldmesh.identity.ForgedList.ROOT;
import static io.heraldmesh.identity.ForgedList.der;
import static io.heraldmesh.identity.TestCertificate.NOW;
import static io.heraldmesh.identity.TestCertificate.authority;
import static io.heraldmesh.identity.TestCertificate.leaf;

import io.heraldmesh.identity.ForgedChains.Forged;
import io.heraldmesh.identity.TestCertificate.Made;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** Collects chains; has the authorities that all of them know. */
final class ForgedList {
  static final Made ROOT = authority("root").selfSigned();
  static final Made FOREIGN = authority("foreign").selfSigned();
  static final Made OLD_ROOT =
      authority("old root").valid(NOW.minusSeconds(900), NOW.minusSeconds(1)).selfSigned();
  static final Made NEW_ROOT =
      authority("new root").valid(NOW.plusSeconds(1), NOW.plusSeconds(900)).selfSigned();
  static final Made ISSUER = authority("issuer").signedBy(ROOT);
  private static final KeyPair KEYS = TestCertificate.ec("secp256r1");

  final List<Forged> all = new ArrayList<>();

  void add(String name, TestCertificate leaf, PeerRefusal... refusals) {
    List<byte[]> ders = List.of(leaf.der(ISSUER), der(ISSUER));
    all.add(new Forged(name, ders, leaf.keys(), List.of(refusals)));
  }

  void addGood(String name, Made leaf, Made... above) {
    List<byte[]> ders = new ArrayList<>(List.of(der(leaf)));
    for (Made certificate : above) {
      ders.add(der(certificate));
    }
    all.add(new Forged(name, ders, pair(leaf), List.of()));
  }

  void add(String name, Made leaf, PeerRefusal refusal) {
    all.add(new Forged(name, List.of(der(leaf)), pair(leaf), List.of(refusal)));
  }

  void add(String name, Made leaf, Made issuer, PeerRefusal... refusals) {
    all.add(new Forged(name, List.of(der(leaf), der(issuer)), pair(leaf), List.of(refusals)));
  }

  void add(String name, List<byte[]> ders, PeerRefusal... refusals) {
    all.add(new Forged(name, ders, KEYS, List.of(refusals)));
  }

  private static KeyPair pair(Made leaf) {
    return new KeyPair(leaf.certificate().getPublicKey(), leaf.key());
  }

  static byte[] der(Made made) {
    return CertificateChain.encoded(made.certificate());
  }

  /** A DNS name and a URI. */
  static GeneralNames names(String uri) {
    return new GeneralNames(
        new GeneralName[] {
          new GeneralName(GeneralName.dNSName, "client.a.svc"),
          new GeneralName(GeneralName.uniformResourceIdentifier, uri)
        });
  }
}
