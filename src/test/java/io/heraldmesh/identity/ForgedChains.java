package io.heraldmesh.identity;

import static io.heraldmesh.identity.ForgedChains.ID;
import static io.heraldmesh.identity.ForgedList.FOREIGN;
import static io.heraldmesh.identity.ForgedList.ISSUER;
import static io.heraldmesh.identity.ForgedList.NEW_ROOT;
import static io.heraldmesh.identity.ForgedList.OLD_ROOT;
import static io.heraldmesh.identity.ForgedList.ROOT;
import static io.heraldmesh.identity.ForgedList.der;
import static io.heraldmesh.identity.TestCertificate.authority;
import static io.heraldmesh.identity.TestCertificate.leaf;

import io.heraldmesh.identity.TestCertificate.Made;
import java.math.BigInteger;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;

/** Chains that must be refused, each for one reason, and good ones beside them. */
public final class ForgedChains {
  public static final String ID = "spiffe://mesh.test/ns/a/sa/client";

  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final TrustDomain OTHER = new TrustDomain("other.test");

  /**
   * @param ders leaf first
   * @param refusals any of them will do; empty when the chain is good
   */
  public record Forged(String name, List<byte[]> ders, KeyPair keys, List<PeerRefusal> refusals) {
    public boolean good() {
      return refusals.isEmpty();
    }

    public String pem() {
      StringBuilder pem = new StringBuilder();
      ders.forEach(der -> pem.append(Pem.write("CERTIFICATE", der)));
      return pem.toString();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private ForgedChains() {}

  /** What all of them are shown to. */
  public static TrustBundle bundle() {
    return new TrustBundle(
        Map.of(
            MESH,
            List.of(ROOT.certificate(), OLD_ROOT.certificate(), NEW_ROOT.certificate()),
            OTHER,
            List.of(FOREIGN.certificate())));
  }

  public static List<Forged> all() {
    ForgedList list = new ForgedList();
    good(list);
    ForgedNames.addTo(list);
    ForgedLeaves.addTo(list);
    ForgedIssuers.addTo(list);
    return List.copyOf(list.all);
  }

  private static void good(ForgedList list) {
    list.addGood("good", leaf(ID).signedBy(ISSUER), ISSUER);
    list.addGood("good with the root", leaf(ID).signedBy(ISSUER), ISSUER, ROOT);
    list.addGood("good straight from the root", leaf(ID).signedBy(ROOT));
    list.add("good without extended key usage", leaf(ID).without(Extension.extendedKeyUsage));
    list.add("good with a subject", leaf(ID).subject("CN=spiffe://mesh.test/ns/a/sa/admin"));
    list.add(
        "good with a serial number of 20 bytes", leaf(ID).serial(BigInteger.ONE.shiftLeft(158)));
    list.add(
        "good with a DNS name",
        leaf(ID).with(Extension.subjectAlternativeName, true, ForgedList.names(ID)));
    Made last = ROOT;
    List<Made> line = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      last = authority("line " + i).signedBy(last);
      line.addFirst(last);
    }
    list.addGood(
        "good with eight intermediates", leaf(ID).signedBy(last), line.toArray(Made[]::new));
    Made zero =
        authority("zero")
            .with(Extension.basicConstraints, true, new BasicConstraints(0))
            .signedBy(ROOT);
    list.addGood("good below a path length of 0", leaf(ID).signedBy(zero), zero);
  }
}
