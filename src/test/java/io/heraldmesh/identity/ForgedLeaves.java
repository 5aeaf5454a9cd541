package io.heraldmesh.identity;

import static io.heraldmesh.identity.ForgedChains.ID;
import static io.heraldmesh.identity.ForgedList.FOREIGN;
import static io.heraldmesh.identity.ForgedList.ISSUER;
import static io.heraldmesh.identity.ForgedList.ROOT;
import static io.heraldmesh.identity.ForgedList.der;
import static io.heraldmesh.identity.TestCertificate.NOW;
import static io.heraldmesh.identity.TestCertificate.authority;
import static io.heraldmesh.identity.TestCertificate.leaf;

import io.heraldmesh.identity.TestCertificate.Made;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X962Parameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;

/** Leaves that say what a leaf may not, with keys and signatures that are too weak. */
final class ForgedLeaves {
  private final ForgedList list;

  private ForgedLeaves(ForgedList list) {
    this.list = list;
  }

  static void addTo(ForgedList list) {
    ForgedLeaves forged = new ForgedLeaves(list);
    forged.leaves();
    forged.keys();
    forged.signatures();
  }

  private void leaves() {
    list.add(
        "an authority as a leaf",
        leaf(ID).with(Extension.basicConstraints, true, new BasicConstraints(true)),
        PeerRefusal.LEAF_IS_CA);
    for (int bit : List.of(KeyUsage.keyCertSign, KeyUsage.cRLSign)) {
      list.add(
          "key usage " + bit,
          leaf(ID).keyUsage(KeyUsage.digitalSignature | bit),
          PeerRefusal.KEY_USAGE);
    }
    list.add(
        "no digital signature", leaf(ID).keyUsage(KeyUsage.keyEncipherment), PeerRefusal.KEY_USAGE);
    list.add("no key usage", leaf(ID).without(Extension.keyUsage), PeerRefusal.KEY_USAGE);
    list.add(
        "key usage that is not critical",
        leaf(ID).with(Extension.keyUsage, false, new KeyUsage(KeyUsage.digitalSignature)),
        PeerRefusal.KEY_USAGE);
    for (KeyPurposeId purpose :
        List.of(
            KeyPurposeId.anyExtendedKeyUsage,
            KeyPurposeId.id_kp_codeSigning,
            KeyPurposeId.id_kp_serverAuth,
            KeyPurposeId.id_kp_clientAuth)) {
      list.add("purpose " + purpose, leaf(ID).purposes(purpose), PeerRefusal.EXTENDED_KEY_USAGE);
    }
    ASN1ObjectIdentifier unknown = new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.99");
    list.add(
        "an unknown critical extension",
        leaf(ID).with(unknown, true, DERNull.INSTANCE),
        PeerRefusal.CRITICAL_EXTENSION);
    list.add(
        "name constraints in a leaf",
        leaf(ID).with(Extension.nameConstraints, true, ForgedIssuers.permitted(6, "mesh.test")),
        PeerRefusal.MALFORMED);
    for (BigInteger serial :
        List.of(BigInteger.ZERO, BigInteger.valueOf(-5), BigInteger.ONE.shiftLeft(160))) {
      list.add("serial number " + serial, leaf(ID).serial(serial), PeerRefusal.MALFORMED);
    }
    list.add(
        "expired", leaf(ID).valid(NOW.minusSeconds(9), NOW.minusSeconds(1)), PeerRefusal.EXPIRED);
    list.add(
        "not yet valid",
        leaf(ID).valid(NOW.plusSeconds(1), NOW.plusSeconds(9)),
        PeerRefusal.NOT_YET_VALID);
    list.add(
        "valid the wrong way round",
        leaf(ID).valid(NOW.plusSeconds(9), NOW.minusSeconds(9)),
        PeerRefusal.NOT_YET_VALID,
        PeerRefusal.EXPIRED);
    // the identifier of the subject's key becomes a second basic constraints
    list.add(
        "an extension twice",
        List.of(
            leaf(ID)
                .with(Extension.subjectKeyIdentifier, true, new BasicConstraints(false))
                .altered(ISSUER, new byte[] {0x55, 0x1d, 0x0e}, new byte[] {0x55, 0x1d, 0x13}),
            der(ISSUER)),
        PeerRefusal.MALFORMED);
    list.add(
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
      list.add("a key on " + curve, leaf(ID).keys(keys("EC", curve)), PeerRefusal.WEAK_KEY);
    }
    list.add("an Ed25519 key", leaf(ID).keys(keys("Ed25519", null)), PeerRefusal.WEAK_KEY);
    list.add("an RSA key of 1024", leaf(ID).keys(TestCertificate.rsa(1024)), PeerRefusal.WEAK_KEY);
    list.add("an RSA key of 1536", leaf(ID).keys(TestCertificate.rsa(1536)), PeerRefusal.WEAK_KEY);
    list.add(
        "a curve by its numbers",
        leaf(ID).keys(explicit()),
        PeerRefusal.WEAK_KEY,
        PeerRefusal.MALFORMED);
    Made weak = authority("weak").keys(keys("EC", "secp224r1")).signedBy(ROOT);
    list.add("an issuer with a weak key", leaf(ID).signedBy(weak), weak, PeerRefusal.WEAK_KEY);
  }

  private void signatures() {
    list.add("signed with SHA-1", leaf(ID).algorithm("SHA1withECDSA"), PeerRefusal.WEAK_SIGNATURE);
    Made rsa = authority("rsa").keys(TestCertificate.rsa(2048)).signedBy(ROOT);
    for (String algorithm : List.of("MD5withRSA", "SHA1withRSA", "SHA224withRSA")) {
      list.add(
          "signed with " + algorithm,
          leaf(ID).algorithm(algorithm).signedBy(rsa),
          rsa,
          PeerRefusal.WEAK_SIGNATURE);
    }
    byte[] flipped = der(leaf(ID).signedBy(ISSUER));
    flipped[flipped.length - 1] ^= 1;
    list.add(
        "a signature with a bit flipped", List.of(flipped, der(ISSUER)), PeerRefusal.BAD_SIGNATURE);
    Made twin = authority("issuer").signedBy(FOREIGN);
    list.add(
        "an issuer of the same name", leaf(ID).signedBy(twin), ISSUER, PeerRefusal.BAD_SIGNATURE);
    Made impostor = authority("root").selfSigned();
    list.add("a root of the same name", leaf(ID).signedBy(impostor), PeerRefusal.BAD_SIGNATURE);
    list.add("a leaf by itself", leaf(ID).subject("CN=me").selfSigned(), PeerRefusal.UNTRUSTED);
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
