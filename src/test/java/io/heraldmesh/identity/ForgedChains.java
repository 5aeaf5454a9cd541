package io.heraldmesh.identity;

import static io.heraldmesh.identity.TestCertificate.NOW;
import static io.heraldmesh.identity.TestCertificate.authority;
import static io.heraldmesh.identity.TestCertificate.leaf;

import io.heraldmesh.identity.TestCertificate.Made;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X962Parameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;

/** Chains that must be refused, each for one reason, and good ones beside them. */
public final class ForgedChains {
  public static final String ID = "spiffe://mesh.test/ns/a/sa/client";

  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final TrustDomain OTHER = new TrustDomain("other.test");
  private static final Made ROOT = authority("root").selfSigned();
  private static final Made FOREIGN = authority("foreign").selfSigned();
  private static final Made OLD_ROOT =
      authority("old root").valid(NOW.minusSeconds(900), NOW.minusSeconds(1)).selfSigned();
  private static final Made NEW_ROOT =
      authority("new root").valid(NOW.plusSeconds(1), NOW.plusSeconds(900)).selfSigned();
  private static final Made ISSUER = authority("issuer").signedBy(ROOT);
  private static final KeyPair KEYS = TestCertificate.ec("secp256r1");
  private static final int UNRELATED = 100;

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

  private final List<Forged> all = new ArrayList<>();

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
    ForgedChains chains = new ForgedChains();
    chains.good();
    chains.names();
    chains.leaves();
    chains.keys();
    chains.signatures();
    chains.issuers();
    chains.constraints();
    chains.shapes();
    return List.copyOf(chains.all);
  }

  private void good() {
    addGood("good", leaf(ID).signedBy(ISSUER), ISSUER);
    addGood("good with the root", leaf(ID).signedBy(ISSUER), ISSUER, ROOT);
    addGood("good straight from the root", leaf(ID).signedBy(ROOT));
    add("good without extended key usage", leaf(ID).without(Extension.extendedKeyUsage));
    add("good with a subject", leaf(ID).subject("CN=spiffe://mesh.test/ns/a/sa/admin"));
    add("good with a serial number of 20 bytes", leaf(ID).serial(BigInteger.ONE.shiftLeft(158)));
    add("good with a DNS name", leaf(ID).with(Extension.subjectAlternativeName, true, names(ID)));
    Made last = ROOT;
    List<Made> line = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      last = authority("line " + i).signedBy(last);
      line.addFirst(last);
    }
    addGood("good with eight intermediates", leaf(ID).signedBy(last), line.toArray(Made[]::new));
    Made zero =
        authority("zero")
            .with(Extension.basicConstraints, true, new BasicConstraints(0))
            .signedBy(ROOT);
    addGood("good below a path length of 0", leaf(ID).signedBy(zero), zero);
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
      add(
          "name " + (id.length() > 60 ? id.substring(0, 60) + "..." : id),
          leaf(id),
          PeerRefusal.INVALID_SPIFFE_ID,
          PeerRefusal.MALFORMED);
    }
    add(
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
    add("another trust domain", leaf("spiffe://third.test/a"), PeerRefusal.UNKNOWN_TRUST_DOMAIN);
    add("two names", leaf(ID).uris(true, ID, ID + "2"), PeerRefusal.SEVERAL_URI_SANS);
    add("a name twice", leaf(ID).uris(true, ID, ID), PeerRefusal.SEVERAL_URI_SANS);
    add(
        "a name and nothing",
        leaf(ID).uris(true, ID, ""),
        PeerRefusal.SEVERAL_URI_SANS,
        PeerRefusal.MALFORMED);
    add("a name and another scheme", leaf(ID).uris(true, ID, "x:y"), PeerRefusal.SEVERAL_URI_SANS);
    add(
        "no names",
        leaf(ID).without(Extension.subjectAlternativeName),
        PeerRefusal.NO_SPIFFE_ID,
        PeerRefusal.MALFORMED);
    add(
        "an empty list of names",
        leaf(ID).with(Extension.subjectAlternativeName, true, new DERSequence()),
        PeerRefusal.MALFORMED);
    add(
        "names that are none",
        leaf(ID).with(Extension.subjectAlternativeName, true, DERNull.INSTANCE),
        PeerRefusal.MALFORMED);
    add(
        "the name as a DNS name",
        leaf(ID)
            .with(
                Extension.subjectAlternativeName,
                true,
                new GeneralNames(new GeneralName(GeneralName.dNSName, ID))),
        PeerRefusal.NO_SPIFFE_ID);
    add(
        "the name in the subject",
        leaf(ID).without(Extension.subjectAlternativeName).subject("CN=" + ID),
        PeerRefusal.NO_SPIFFE_ID);
  }

  private void leaves() {
    add(
        "an authority as a leaf",
        leaf(ID).with(Extension.basicConstraints, true, new BasicConstraints(true)),
        PeerRefusal.LEAF_IS_CA);
    for (int bit : List.of(KeyUsage.keyCertSign, KeyUsage.cRLSign)) {
      add(
          "key usage " + bit,
          leaf(ID).keyUsage(KeyUsage.digitalSignature | bit),
          PeerRefusal.KEY_USAGE);
    }
    add("no digital signature", leaf(ID).keyUsage(KeyUsage.keyEncipherment), PeerRefusal.KEY_USAGE);
    add("no key usage", leaf(ID).without(Extension.keyUsage), PeerRefusal.KEY_USAGE);
    add(
        "key usage that is not critical",
        leaf(ID).with(Extension.keyUsage, false, new KeyUsage(KeyUsage.digitalSignature)),
        PeerRefusal.KEY_USAGE);
    for (KeyPurposeId purpose :
        List.of(
            KeyPurposeId.anyExtendedKeyUsage,
            KeyPurposeId.id_kp_codeSigning,
            KeyPurposeId.id_kp_serverAuth,
            KeyPurposeId.id_kp_clientAuth)) {
      add("purpose " + purpose, leaf(ID).purposes(purpose), PeerRefusal.EXTENDED_KEY_USAGE);
    }
    ASN1ObjectIdentifier unknown = new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.99");
    add(
        "an unknown critical extension",
        leaf(ID).with(unknown, true, DERNull.INSTANCE),
        PeerRefusal.CRITICAL_EXTENSION);
    add(
        "name constraints in a leaf",
        leaf(ID).with(Extension.nameConstraints, true, permitted(6, "mesh.test")),
        PeerRefusal.MALFORMED);
    for (BigInteger serial :
        List.of(BigInteger.ZERO, BigInteger.valueOf(-5), BigInteger.ONE.shiftLeft(160))) {
      add("serial number " + serial, leaf(ID).serial(serial), PeerRefusal.MALFORMED);
    }
    add("expired", leaf(ID).valid(NOW.minusSeconds(9), NOW.minusSeconds(1)), PeerRefusal.EXPIRED);
    add(
        "not yet valid",
        leaf(ID).valid(NOW.plusSeconds(1), NOW.plusSeconds(9)),
        PeerRefusal.NOT_YET_VALID);
    add(
        "valid the wrong way round",
        leaf(ID).valid(NOW.plusSeconds(9), NOW.minusSeconds(9)),
        PeerRefusal.NOT_YET_VALID,
        PeerRefusal.EXPIRED);
    // the identifier of the subject's key becomes a second basic constraints
    add(
        "an extension twice",
        List.of(
            leaf(ID)
                .with(Extension.subjectKeyIdentifier, true, new BasicConstraints(false))
                .altered(ISSUER, new byte[] {0x55, 0x1d, 0x0e}, new byte[] {0x55, 0x1d, 0x13}),
            der(ISSUER)),
        PeerRefusal.MALFORMED);
    add(
        "version 1",
        List.of(
            leaf(ID)
                .altered(
                    ISSUER,
                    new byte[] {(byte) 0xa0, 3, 2, 1, 2},
                    new byte[] {(byte) 0xa0, 3, 2, 1, 0}),
            der(ISSUER)),
        PeerRefusal.MALFORMED);
  }

  private void keys() {
    for (String curve :
        List.of("secp192r1", "secp224r1", "secp256k1", "brainpoolP256r1", "prime239v1")) {
      add("a key on " + curve, leaf(ID).keys(keys("EC", curve)), PeerRefusal.WEAK_KEY);
    }
    add("an Ed25519 key", leaf(ID).keys(keys("Ed25519", null)), PeerRefusal.WEAK_KEY);
    add("an RSA key of 1024", leaf(ID).keys(TestCertificate.rsa(1024)), PeerRefusal.WEAK_KEY);
    add("an RSA key of 1536", leaf(ID).keys(TestCertificate.rsa(1536)), PeerRefusal.WEAK_KEY);
    add(
        "a curve by its numbers",
        leaf(ID).keys(explicit()),
        PeerRefusal.WEAK_KEY,
        PeerRefusal.MALFORMED);
    Made weak = authority("weak").keys(keys("EC", "secp224r1")).signedBy(ROOT);
    add("an issuer with a weak key", leaf(ID).signedBy(weak), weak, PeerRefusal.WEAK_KEY);
  }

  private void signatures() {
    add("signed with SHA-1", leaf(ID).algorithm("SHA1withECDSA"), PeerRefusal.WEAK_SIGNATURE);
    Made rsa = authority("rsa").keys(TestCertificate.rsa(2048)).signedBy(ROOT);
    for (String algorithm : List.of("MD5withRSA", "SHA1withRSA", "SHA224withRSA")) {
      add(
          "signed with " + algorithm,
          leaf(ID).algorithm(algorithm).signedBy(rsa),
          rsa,
          PeerRefusal.WEAK_SIGNATURE);
    }
    byte[] flipped = der(leaf(ID).signedBy(ISSUER));
    flipped[flipped.length - 1] ^= 1;
    add("a signature with a bit flipped", List.of(flipped, der(ISSUER)), PeerRefusal.BAD_SIGNATURE);
    Made twin = authority("issuer").signedBy(FOREIGN);
    add("an issuer of the same name", leaf(ID).signedBy(twin), ISSUER, PeerRefusal.BAD_SIGNATURE);
    Made impostor = authority("root").selfSigned();
    add("a root of the same name", leaf(ID).signedBy(impostor), PeerRefusal.BAD_SIGNATURE);
    add("a leaf by itself", leaf(ID).subject("CN=me").selfSigned(), PeerRefusal.UNTRUSTED);
  }

  private void issuers() {
    add("the root of another domain", leaf(ID).signedBy(FOREIGN), PeerRefusal.UNTRUSTED);
    Made federated = authority("federated").signedBy(FOREIGN);
    add(
        "an intermediate of another domain",
        leaf(ID).signedBy(federated),
        federated,
        PeerRefusal.UNTRUSTED);
    add("an expired root", leaf(ID).signedBy(OLD_ROOT), PeerRefusal.EXPIRED);
    add("a root of tomorrow", leaf(ID).signedBy(NEW_ROOT), PeerRefusal.NOT_YET_VALID);
    Made old = authority("old").valid(NOW.minusSeconds(9), NOW.minusSeconds(1)).signedBy(ROOT);
    add("an expired intermediate", leaf(ID).signedBy(old), old, PeerRefusal.EXPIRED);
    Made holder = leaf("spiffe://mesh.test/ns/a/sa/other").subject("CN=holder").signedBy(ISSUER);
    add(
        "a leaf that signs",
        List.of(der(leaf(ID).signedBy(holder)), der(holder), der(ISSUER)),
        PeerRefusal.ISSUER_NOT_CA);
    Made mute = authority("mute").keyUsage(KeyUsage.cRLSign).signedBy(ROOT);
    add("an authority that may not sign", leaf(ID).signedBy(mute), mute, PeerRefusal.ISSUER_NOT_CA);
    Made odd =
        authority("odd")
            .with(new ASN1ObjectIdentifier("1.2.3.4"), true, DERNull.INSTANCE)
            .signedBy(ROOT);
    add(
        "an unknown critical extension above",
        leaf(ID).signedBy(odd),
        odd,
        PeerRefusal.CRITICAL_EXTENSION);
    Made named = authority("named").uris(false, "spiffe://mesh.test/ca").signedBy(ROOT);
    add(
        "an authority with a workload's name",
        leaf(ID).signedBy(named),
        named,
        PeerRefusal.INVALID_SPIFFE_ID);
    Made short0 =
        authority("short")
            .with(Extension.basicConstraints, true, new BasicConstraints(0))
            .signedBy(ROOT);
    Made below = authority("below").signedBy(short0);
    add(
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
    addGood("good within URI constraints", leaf(ID).signedBy(good), good);
  }

  private void shapes() {
    List<byte[]> crowd = new ArrayList<>(List.of(der(leaf(ID).signedBy(ISSUER)), der(ISSUER)));
    crowd.addAll(Collections.nCopies(UNRELATED - 2, der(FOREIGN)));
    add("a hundred certificates", crowd, PeerRefusal.CHAIN_TOO_LONG);
    Made last = ROOT;
    List<byte[]> line = new ArrayList<>();
    for (int i = 0; i < 29; i++) {
      last = authority("deep " + i).signedBy(last);
      line.addFirst(der(last));
    }
    line.addFirst(der(leaf(ID).signedBy(last)));
    add("a chain of thirty", line, PeerRefusal.CHAIN_TOO_LONG);
    KeyPair shared = TestCertificate.ec("secp256r1");
    Made one = authority("one").keys(shared).selfSigned();
    Made two = authority("two").keys(shared).signedBy(one);
    Made loop = authority("one").keys(shared).signedBy(two);
    add(
        "authorities that sign each other",
        List.of(der(leaf(ID).signedBy(one)), der(two), der(loop), der(one)),
        PeerRefusal.UNTRUSTED,
        PeerRefusal.CHAIN_TOO_LONG);
    byte[] padded = der(ISSUER);
    padded = java.util.Arrays.copyOf(padded, padded.length + 1);
    add(
        "a byte after an intermediate",
        List.of(der(leaf(ID).signedBy(ISSUER)), padded),
        PeerRefusal.MALFORMED);
    add("the root alone", List.of(der(ROOT)), PeerRefusal.NO_SPIFFE_ID);
    add("only an intermediate", List.of(der(ISSUER)), PeerRefusal.NO_SPIFFE_ID);
    add("without the intermediate", List.of(der(leaf(ID).signedBy(ISSUER))), PeerRefusal.UNTRUSTED);
    add(
        "the issuer first",
        List.of(der(ISSUER), der(leaf(ID).signedBy(ISSUER))),
        PeerRefusal.NO_SPIFFE_ID);
  }

  private void constrained(String name, NameConstraints constraints) {
    Made issuer =
        authority("constrained " + name)
            .with(Extension.nameConstraints, true, constraints)
            .signedBy(ROOT);
    add(
        "constraint: " + name,
        leaf(ID)
            .subject("O=mesh")
            .with(Extension.subjectAlternativeName, true, names(ID))
            .signedBy(issuer),
        issuer,
        PeerRefusal.NAME_CONSTRAINTS);
  }

  private void add(String name, TestCertificate leaf, PeerRefusal... refusals) {
    List<byte[]> ders = List.of(leaf.der(ISSUER), der(ISSUER));
    all.add(new Forged(name, ders, leaf.keys(), List.of(refusals)));
  }

  private void addGood(String name, Made leaf, Made... above) {
    List<byte[]> ders = new ArrayList<>(List.of(der(leaf)));
    for (Made certificate : above) {
      ders.add(der(certificate));
    }
    all.add(new Forged(name, ders, pair(leaf), List.of()));
  }

  private void add(String name, Made leaf, PeerRefusal refusal) {
    all.add(new Forged(name, List.of(der(leaf)), pair(leaf), List.of(refusal)));
  }

  private void add(String name, Made leaf, Made issuer, PeerRefusal... refusals) {
    all.add(new Forged(name, List.of(der(leaf), der(issuer)), pair(leaf), List.of(refusals)));
  }

  private void add(String name, List<byte[]> ders, PeerRefusal... refusals) {
    all.add(new Forged(name, ders, KEYS, List.of(refusals)));
  }

  private static KeyPair pair(Made leaf) {
    return new KeyPair(leaf.certificate().getPublicKey(), leaf.key());
  }

  private static byte[] der(Made made) {
    return CertificateChain.encoded(made.certificate());
  }

  private static GeneralNames names(String uri) {
    return new GeneralNames(
        new GeneralName[] {
          new GeneralName(GeneralName.dNSName, "client.a.svc"),
          new GeneralName(GeneralName.uniformResourceIdentifier, uri)
        });
  }

  private static NameConstraints permitted(int type, String base) {
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

  private static KeyPair keys(String algorithm, @Nullable String curve) {
    try {
      KeyPairGenerator generator =
          KeyPairGenerator.getInstance(algorithm, new BouncyCastleProvider());
      if (curve != null) {
        generator.initialize(new ECGenParameterSpec(curve));
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** P-256, but written out in numbers (CVE-2020-0601). */
  private static KeyPair explicit() {
    KeyPair named = TestCertificate.ec("secp256r1");
    try {
      SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(named.getPublic().getEncoded());
      byte[] encoded =
          new SubjectPublicKeyInfo(
                  new AlgorithmIdentifier(
                      X9ObjectIdentifiers.id_ecPublicKey,
                      new X962Parameters(SECNamedCurves.getByName("secp256r1"))),
                  info.getPublicKeyData().getBytes())
              .getEncoded();
      return new KeyPair(new Encoded(encoded), named.getPrivate());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Encoded implements PublicKey {
    private static final long serialVersionUID = 1L;

    private final byte[] encoded;

    Encoded(byte[] encoded) {
      this.encoded = encoded;
    }

    @Override
    public String getAlgorithm() {
      return "EC";
    }

    @Override
    public String getFormat() {
      return "X.509";
    }

    @Override
    public byte[] getEncoded() {
      return encoded.clone();
    }
  }
}
