package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.CacertsFolder;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.PrivateKeyPem;
import io.heraldmesh.identity.TestCertificate;
import io.heraldmesh.identity.TestCertificate.Made;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.AuthorityCertificate.Kind;
import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A company's root, an intermediate of its own, and under that each control node's. */
class AuthorityRecordTest {
  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final Instant NOW = TestCertificate.NOW;

  private final Made root = TestCertificate.authority("root").selfSigned();
  private final Made company = TestCertificate.authority("company").signedBy(root);
  private final Made stranger = TestCertificate.authority("stranger").selfSigned();

  @TempDir Path folder;
  private Store store;

  @BeforeEach
  void open() {
    store = SqliteStore.open(folder.resolve("herald.db"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Authority authority(String node, Made... above) throws IOException {
    Made issuer = TestCertificate.authority("issuer of " + node).signedBy(above[above.length - 1]);
    Path cacerts = Files.createDirectories(folder.resolve("cacerts-" + node));
    Files.writeString(cacerts.resolve("ca-cert.pem"), pem(issuer));
    Files.writeString(cacerts.resolve("ca-key.pem"), PrivateKeyPem.write(issuer.key()));
    Files.setPosixFilePermissions(
        cacerts.resolve("ca-key.pem"), PosixFilePermissions.fromString("rw-------"));
    Files.writeString(
        cacerts.resolve("cert-chain.pem"), pem(Stream.concat(Stream.of(issuer), Stream.of(above))));
    Files.writeString(cacerts.resolve("root-cert.pem"), pem(above[0]));
    return new CacertsFolder(cacerts)
        .load(MESH, InstantSource.fixed(NOW), Crypto.preferred(), new SecureRandom());
  }

  private static String pem(Made... made) {
    return pem(Stream.of(made));
  }

  private static String pem(Stream<Made> made) {
    return CertificateChain.pem(made.map(Made::certificate).toList());
  }

  private boolean signsElsewhere(String seenFrom, Made under) {
    return AuthorityRecord.signsElsewhere(store, under.certificate(), seenFrom, NOW);
  }

  @Test
  void aRootIsSignedUnderAlsoWhereAnotherStandsBetween() throws Exception {
    AuthorityRecord.keep(store, authority("c2", root, company), "c2", NOW);

    assertThat(signsElsewhere("c1", root)).isTrue();
    assertThat(signsElsewhere("c2", root)).as("itself is nobody else").isFalse();
    assertThat(signsElsewhere("c1", stranger)).isFalse();
  }

  @Test
  void andWhereNoneDoes() throws Exception {
    AuthorityRecord.keep(store, authority("c2", root), "c2", NOW);

    assertThat(signsElsewhere("c1", root)).isTrue();
  }

  /** As a version before wrote it: the issuer alone. */
  @Test
  void whatIsThereWithoutThoseBetweenIsWrittenAnewOnce() throws Exception {
    Authority authority = authority("c2", root, company);
    AuthorityRecord.keep(store, authority, "c2", NOW);
    AuthorityCertificate whole = issuers().getFirst();
    store
        .authority()
        .put(
            new AuthorityCertificate(
                whole.fingerprint(),
                Kind.ISSUER,
                Phase.ACTIVE,
                CertificateChain.pem(List.of(authority.issuer())),
                "c2",
                NOW));
    assertThat(signsElsewhere("c1", root)).isFalse();

    AuthorityRecord.keep(store, authority, "c2", NOW);
    assertThat(issuers()).containsExactly(whole);
    assertThat(signsElsewhere("c1", root)).isTrue();
  }

  private List<AuthorityCertificate> issuers() {
    return store.authority().certificates().stream().filter(c -> c.kind() == Kind.ISSUER).toList();
  }
}
