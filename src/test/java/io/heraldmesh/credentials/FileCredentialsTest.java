package io.heraldmesh.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCredentialsTest {
  private static final SpiffeId WEB = SpiffeId.workload(TestAuthority.TD, "shop", "web");

  @TempDir Path folder;
  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx vertx = Vertx.vertx();
  private final List<CredentialSet> published = new ArrayList<>();

  @BeforeEach
  void write() throws IOException {
    write(mesh, WEB, Duration.ofHours(24));
  }

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private KeyPair write(TestAuthority signer, SpiffeId id, Duration ttl) throws IOException {
    KeyPair keys = TestAuthority.keys();
    Files.writeString(
        folder.resolve("cert-chain.pem"), new CertificateChain(signer.chain(id, keys, ttl)).pem());
    Files.writeString(
        folder.resolve("key.pem"), Pem.write("PRIVATE KEY", keys.getPrivate().getEncoded()));
    Files.writeString(folder.resolve("root-cert.pem"), signer.bundle().pem(TestAuthority.TD));
    return keys;
  }

  private FileCredentials open() {
    FileCredentials credentials = new FileCredentials(vertx, folder, WEB, mesh.crypto(), clock);
    credentials.onChange(published::add);
    return credentials;
  }

  @Test
  void theLeafOfTheFolderIsInUse() {
    try (FileCredentials credentials = open()) {
      assertThat(credentials.current().leaves()).containsOnlyKeys(WEB);
      assertThat(credentials.current().bundle().digest()).isEqualTo(mesh.bundle().digest());
    }
  }

  @Test
  void theOlderFormOfAnEcKeyIsReadToo() throws IOException {
    KeyPair keys = write(mesh, WEB, Duration.ofHours(1));
    byte[] withCurve =
        new org.bouncycastle.asn1.sec.ECPrivateKey(
                256,
                ((java.security.interfaces.ECPrivateKey) keys.getPrivate()).getS(),
                SECObjectIdentifiers.secp256r1)
            .getEncoded();
    Files.writeString(folder.resolve("key.pem"), Pem.write("EC PRIVATE KEY", withCurve));

    try (FileCredentials credentials = open()) {
      assertThat(credentials.current().leaves()).containsOnlyKeys(WEB);
    }
  }

  @Test
  void aGoodChangeIsTakenAtTheNextLook() throws IOException {
    try (FileCredentials credentials = open()) {
      write(mesh, WEB, Duration.ofDays(2));
      credentials.look();

      assertThat(published).hasSize(1);
      assertThat(credentials.current().generation()).isEqualTo(2);
      credentials.look();
      assertThat(published).hasSize(1);
    }
  }

  @Test
  void aChangeThatDoesNotFitTogetherLeavesTheLastGoodOneInUse() throws IOException {
    try (FileCredentials credentials = open()) {
      CredentialSet before = credentials.current();
      byte[] other = TestAuthority.keys().getPrivate().getEncoded();
      Files.writeString(folder.resolve("key.pem"), Pem.write("PRIVATE KEY", other));
      credentials.look();

      assertThat(credentials.current()).isSameAs(before);
      assertThat(credentials.lastError()).contains("does not belong");

      write(mesh, WEB, Duration.ofHours(1));
      credentials.look();
      assertThat(credentials.lastError()).isNull();
      assertThat(published).hasSize(1);
    }
  }

  @Test
  void aFileThatVanishesLeavesTheLastGoodOneInUse() throws IOException {
    try (FileCredentials credentials = open()) {
      CredentialSet before = credentials.current();
      Files.delete(folder.resolve("cert-chain.pem"));
      credentials.look();

      assertThat(credentials.current()).isSameAs(before);
      assertThat(credentials.lastError()).contains("cert-chain.pem: there is no such file");
    }
  }

  @Test
  void aLeafThatHasEndedIsNotUsedAMomentLonger() throws IOException {
    try (FileCredentials credentials = open()) {
      clock.advance(Duration.ofHours(24));
      credentials.look();
      assertThat(credentials.current().leaves()).isEmpty();

      write(mesh, WEB, Duration.ofHours(1));
      credentials.look();
      assertThat(credentials.current().leaves()).containsOnlyKeys(WEB);
    }
  }

  @Test
  void theLeafOfAnotherWorkloadIsRefused() throws IOException {
    SpiffeId db = SpiffeId.workload(TestAuthority.TD, "shop", "db");
    write(mesh, db, Duration.ofHours(1));

    assertRefused("of " + db + ", not of " + WEB);
  }

  @Test
  void aLeafThatDoesNotVerifyUnderTheRootsIsRefused() throws IOException {
    Files.writeString(
        folder.resolve("root-cert.pem"), new TestAuthority(clock).bundle().pem(TestAuthority.TD));

    assertRefused("does not verify");
  }

  @Test
  void aKeyThatIsNoneIsRefusedAndNothingOfItIsShown() throws IOException {
    Files.writeString(
        folder.resolve("key.pem"),
        Pem.write("PRIVATE KEY", "s3cr3t-s3cr3t".getBytes(StandardCharsets.UTF_8)));
    assertRefused("key.pem");

    Files.writeString(folder.resolve("key.pem"), "");
    assertRefused("expected one private key, found 0 blocks");

    Files.writeString(
        folder.resolve("key.pem"), Pem.write("ENCRYPTED PRIVATE KEY", new byte[] {1}));
    assertRefused("encrypted");
  }

  @Test
  void withoutTheFolderTheMessageSaysWhichFileIsMissing() {
    assertThatThrownBy(
            () -> new FileCredentials(vertx, folder.resolve("absent"), WEB, mesh.crypto(), clock))
        .isInstanceOf(InvalidCertificate.class)
        .hasMessageContaining("absent/root-cert.pem: there is no such file");
  }

  @Test
  void severalSourcesAreOne() throws IOException {
    try (FileCredentials web = open()) {
      SpiffeId db = SpiffeId.workload(TestAuthority.TD, "shop", "db");
      Path other = Files.createDirectory(folder.resolve("db"));
      TestAuthority foreign = new TestAuthority(clock);
      Path mine = folder;
      folder = other;
      write(foreign, db, Duration.ofHours(1));
      folder = mine;
      try (FileCredentials second = new FileCredentials(vertx, other, db, mesh.crypto(), clock)) {
        CombinedCredentials both = new CombinedCredentials(List.of(web, second));
        List<CredentialSet> seen = new ArrayList<>();
        both.onChange(seen::add);

        assertThat(both.current().leaves()).containsOnlyKeys(WEB, db);
        assertThat(both.current().bundle().of(TestAuthority.TD)).hasSize(2);

        write(mesh, WEB, Duration.ofHours(2));
        web.look();
        assertThat(seen).hasSize(1);
        assertThat(seen.getFirst().generation()).isEqualTo(2);
      }
    }
  }

  private void assertRefused(String why) {
    assertThatThrownBy(this::open)
        .isInstanceOf(InvalidCertificate.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining("s3cr3t");
  }
}
