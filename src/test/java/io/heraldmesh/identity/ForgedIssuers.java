package io.heraldmesh.identity;

import static io.heraldmesh.identity.ForgedChains.ID;
import static io.heraldmesh.identity.ForgedList.FOREIGN;
import static io.heraldmesh.identity.ForgedList.ISSUER;
import static io.heraldmesh.identity.ForgedList.NEW_ROOT;
import static io.heraldmesh.identity.ForgedList.OLD_ROOT;
import static io.heraldmesh.identity.ForgedList.ROOT;
import static io.heraldmesh.identity.ForgedList.der;
import static io.heraldmesh.identity.TestCertificate.NOW;
import static io.heraldmesh.identity.TestCertificate.authority;
import static io.heraldmesh.identity.TestCertificate.leaf;

import io.heraldmesh.identity.TestCertificate.Made;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;

/** Authorities that may not issue the leaf below them, and chains of a wrong shape. */
final class ForgedIssuers {
  private final ForgedList list;

  private ForgedIssuers(ForgedList list) {
    this.list = list;
  }

  static void addTo(ForgedList list) {
    ForgedIssuers forged = new ForgedIssuers(list);
    forged.issuers();
    forged.constraints();
    forged.shapes();
  }

  private void issuers() {
    list.add("the root of another domain", leaf(ID).signedBy(FOREIGN), PeerRefusal.UNTRUSTED);
    Made federated = authority("federated").signedBy(FOREIGN);
    list.add(
        "an intermediate of another domain",
        leaf(ID).signedBy(federated),
        federated,
        PeerRefusal.UNTRUSTED);
    list.add("an expired root", leaf(ID).signedBy(OLD_ROOT), PeerRefusal.EXPIRED);
    list.add("a root of tomorrow", leaf(ID).signedBy(NEW_ROOT), PeerRefusal.NOT_YET_VALID);
    Made old = authority("old").valid(NOW.minusSeconds(9), NOW.minusSeconds(1)).signedBy(ROOT);
    list.add("an expired intermediate", leaf(ID).signedBy(old), old, PeerRefusal.EXPIRED);
    Made holder = leaf("spiffe://mesh.test/ns/a/sa/other").subject("CN=holder").signedBy(ISSUER);
    list.add(
        "a leaf that signs",
        List.of(der(leaf(ID).signedBy(holder)), der(holder), der(ISSUER)),
        PeerRefusal.ISSUER_NOT_CA);
    Made mute = authority("mute").keyUsage(KeyUsage.cRLSign).signedBy(ROOT);
    list.add(
        "an authority that may not sign", leaf(ID).signedBy(mute), mute, PeerRefusal.ISSUER_NOT_CA);
    Made odd =
        authority("odd")
            .with(new ASN1ObjectIdentifier("1.2.3.4"), true, DERNull.INSTANCE)
            .signedBy(ROOT);
    list.add(
        "an unknown critical extension above",
        leaf(ID).signedBy(odd),
        odd,
        PeerRefusal.CRITICAL_EXTENSION);
    Made named = authority("named").uris(false, "spiffe://mesh.test/ca").signedBy(ROOT);
    list.add(
        "an authority with a workload's name",
        leaf(ID).signedBy(named),
        named,
        PeerRefusal.INVALID_SPIFFE_ID);
    Made short0 =
        authority("short")
            .with(Extension.basicConstraints, true, new BasicConstraints(0))
            .signedBy(ROOT);
    Made below = authority("below").signedBy(short0);
    list.add(
        "an authority below a path length of 0",
        List.of(der(leaf(ID).signedBy(below)), der(below), der(short0)),
        PeerRefusal.PATH_LENGTH);
  }

  private void constraints() {
    constrained("URI elsewhere", permitted(6, "other.test"));
    constrained("URI with a dot", permitted(6, ".mesh.test"));
    constrained("URI excluded", excluded(6, "mesh.test"));
    constrained("URI excluded in upper case", excluded(6, "MESH.test"));
    constrained("directory elsewhere", permitted(4, "O=other"));
    constrained("DNS elsewhere", permitted(2, "other.test"));
    Made good =
        authority("good")
            .with(Extension.nameConstraints, true, permitted(6, "mesh.test"))
            .signedBy(ROOT);
    list.addGood("good within URI constraints", leaf(ID).signedBy(good), good);
  }

  private void shapes() {
    List<byte[]> crowd = new ArrayList<>(List.of(der(leaf(ID).signedBy(ISSUER)), der(ISSUER)));
    crowd.addAll(Collections.nCopies(98, der(FOREIGN)));
    list.add("a hundred certificates", crowd, PeerRefusal.CHAIN_TOO_LONG);
    Made last = ROOT;
    List<byte[]> line = new ArrayList<>();
    for (int i = 0; i < 29; i++) {
      last = authority("deep " + i).signedBy(last);
      line.addFirst(der(last));
    }
    line.addFirst(der(leaf(ID).signedBy(last)));
    list.add("a chain of thirty", line, PeerRefusal.CHAIN_TOO_LONG);
    KeyPair shared = TestCertificate.ec("secp256r1");
    Made one = authority("one").keys(shared).selfSigned();
    Made two = authority("two").keys(shared).signedBy(one);
    Made loop = authority("one").keys(shared).signedBy(two);
    list.add(
        "authorities that sign each other",
        List.of(der(leaf(ID).signedBy(one)), der(two), der(loop), der(one)),
        PeerRefusal.UNTRUSTED,
        PeerRefusal.CHAIN_TOO_LONG);
    byte[] padded = der(ISSUER);
    padded = java.util.Arrays.copyOf(padded, padded.length + 1);
    list.add(
        "a byte after an intermediate",
        List.of(der(leaf(ID).signedBy(ISSUER)), padded),
        PeerRefusal.MALFORMED);
    list.add("the root alone", List.of(der(ROOT)), PeerRefusal.NO_SPIFFE_ID);
    list.add("only an intermediate", List.of(der(ISSUER)), PeerRefusal.NO_SPIFFE_ID);
    list.add(
        "without the intermediate", List.of(der(leaf(ID).signedBy(ISSUER))), PeerRefusal.UNTRUSTED);
    list.add(
        "the issuer first",
        List.of(der(ISSUER), der(leaf(ID).signedBy(ISSUER))),
        PeerRefusal.NO_SPIFFE_ID);
  }

  private void constrained(String name, NameConstraints constraints) {
    Made issuer =
        authority("constrained " + name)
            .with(Extension.nameConstraints, true, constraints)
            .signedBy(ROOT);
    list.add(
        "constraint: " + name,
        leaf(ID)
            .subject("O=mesh")
            .with(Extension.subjectAlternativeName, true, ForgedList.names(ID))
            .signedBy(issuer),
        issuer,
        PeerRefusal.NAME_CONSTRAINTS);
  }

  static NameConstraints permitted(int type, String base) {
    return new NameConstraints(subtrees(type, base), null);
  }

  private static NameConstraints excluded(int type, String base) {
    return new NameConstraints(null, subtrees(type, base));
  }

  private static GeneralSubtree[] subtrees(int type, String base) {
    GeneralName name =
        type == GeneralName.directoryName
            ? new GeneralName(new X500Name(base))
            : new GeneralName(type, base);
    return new GeneralSubtree[] {new GeneralSubtree(name)};
  }
}
