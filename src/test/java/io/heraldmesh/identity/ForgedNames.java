package io.heraldmesh.identity;

import static io.heraldmesh.identity.ForgedChains.ID;
import static io.heraldmesh.identity.ForgedList.ISSUER;
import static io.heraldmesh.identity.ForgedList.der;
import static io.heraldmesh.identity.TestCertificate.leaf;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** Leaves whose name is none, or not one alone. */
final class ForgedNames {
  private final ForgedList list;

  private ForgedNames(ForgedList list) {
    this.list = list;
  }

  static void addTo(ForgedList list) {
    new ForgedNames(list).names();
  }

  private void names() {
    for (String id :
        List.of(
            "spiffe://mesh.test",
            "spiffe://mesh.test/",
            "spiffe://mesh.test/ns/a/sa/client/",
            "spiffe://mesh.test//ns/a/sa/client",
            "spiffe://mesh.test/ns/a/../a/sa/client",
            "spiffe://mesh.test/ns/a/./sa/client",
            "spiffe://mesh.test/ns/%61/sa/client",
            "spiffe://mesh.test/ns/a/sa/client?x",
            "spiffe://mesh.test/ns/a/sa/client#x",
            "spiffe://mesh.test:443/ns/a/sa/client",
            "spiffe://a@mesh.test/ns/a/sa/client",
            "spiffe://other.test@mesh.test/ns/a/sa/client",
            "spiffe://Mesh.test/ns/a/sa/client",
            "SPIFFE://mesh.test/ns/a/sa/client",
            "spiffe:mesh.test/ns/a/sa/client",
            "spiffe:///ns/a/sa/client",
            "spiffe:/ns/a/sa/client",
            "spiffe://mesh.test\\ns\\a\\sa\\client",
            "spiffe://[::1]/ns/a/sa/client",
            "spiffe://mesh.test/ns/a/sa/client\u0000",
            "spiffe://mesh.test\u0000.other.test/ns/a/sa/client",
            "spiffe://mesh.test/ns/a/sa/client\r\nx: y",
            "spiffe://mesh.test/ns/a/sa/client;By=x",
            "spiffe://mesh.test/ns/a/sa/client,URI=x",
            "spiffe://mesh.test/ns/a/sa/c lient",
            " spiffe://mesh.test/ns/a/sa/client",
            "https://mesh.test/ns/a/sa/client",
            "urn:spiffe:mesh.test",
            "",
            "spiffe://" + "a".repeat(256) + "/ns/a/sa/client",
            "spiffe://mesh.test/" + "p".repeat(2048))) {
      list.add(
          "name " + (id.length() > 60 ? id.substring(0, 60) + "..." : id),
          leaf(id),
          PeerRefusal.INVALID_SPIFFE_ID,
          PeerRefusal.MALFORMED);
    }
    list.add(
        "a letter that looks like another",
        List.of(
            leaf(ID)
                .altered(
                    ISSUER,
                    "mesh.test/ns".getBytes(StandardCharsets.US_ASCII),
                    "m\u0435sh.test".getBytes(StandardCharsets.UTF_8)),
            der(ISSUER)),
        PeerRefusal.INVALID_SPIFFE_ID,
        PeerRefusal.MALFORMED);
    list.add(
        "another trust domain", leaf("spiffe://third.test/a"), PeerRefusal.UNKNOWN_TRUST_DOMAIN);
    list.add("two names", leaf(ID).uris(true, ID, ID + "2"), PeerRefusal.SEVERAL_URI_SANS);
    list.add("a name twice", leaf(ID).uris(true, ID, ID), PeerRefusal.SEVERAL_URI_SANS);
    list.add(
        "a name and nothing",
        leaf(ID).uris(true, ID, ""),
        PeerRefusal.SEVERAL_URI_SANS,
        PeerRefusal.MALFORMED);
    list.add(
        "a name and another scheme", leaf(ID).uris(true, ID, "x:y"), PeerRefusal.SEVERAL_URI_SANS);
    list.add(
        "no names",
        leaf(ID).without(Extension.subjectAlternativeName),
        PeerRefusal.NO_SPIFFE_ID,
        PeerRefusal.MALFORMED);
    list.add(
        "an empty list of names",
        leaf(ID).with(Extension.subjectAlternativeName, true, new DERSequence()),
        PeerRefusal.MALFORMED);
    list.add(
        "names that are none",
        leaf(ID).with(Extension.subjectAlternativeName, true, DERNull.INSTANCE),
        PeerRefusal.MALFORMED);
    list.add(
        "the name as a DNS name",
        leaf(ID)
            .with(
                Extension.subjectAlternativeName,
                true,
                new GeneralNames(new GeneralName(GeneralName.dNSName, ID))),
        PeerRefusal.NO_SPIFFE_ID);
    list.add(
        "the name in the subject",
        leaf(ID).without(Extension.subjectAlternativeName).subject("CN=" + ID),
        PeerRefusal.NO_SPIFFE_ID);
  }
}
