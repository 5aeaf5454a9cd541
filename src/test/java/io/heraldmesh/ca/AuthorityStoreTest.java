package io.heraldmesh.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.FakeClock;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TestCertificate;
import io.heraldmesh.identity.TrustDomain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityStoreTest {
  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final Instant NOW = TestCertificate.NOW;

  @TempDir Path folder;

  @Test
  void theFirstStartMakesAnAuthorityAndLaterOnesOpenIt() {
    for (Crypto crypto : Crypto.all()) {
      Path state = folder.resolve(crypto.name());
      AuthorityStore.Opened first = open(AuthorityStore.in(state), crypto);
      AuthorityStore.Opened second = open(AuthorityStore.in(state), crypto);
      assertThat(first.created()).isTrue();
      assertThat(second.created()).isFalse();
      assertThat(second.authority().bundle()).isEqualTo(first.authority().bundle());
      assertThat(second.authority().issuer()).isEqualTo(first.authority().issuer());
    }
  }

  @Test
  void whatOneImplementationKeptTheOtherOpensAndSignsWith() {
    for (Crypto maker : Crypto.all()) {
      Path state = folder.resolve(maker.name());
      open(AuthorityStore.in(state), maker);
      for (Crypto opener : Crypto.all()) {
        Authority authority = open(AuthorityStore.in(state), opener).authority();
        SpiffeId id = SpiffeId.workload(MESH, "a", "b");
        Issued issued = authority.sign(TestCertificate.ec("secp256r1").getPublic(), id, null, NOW);
        assertThat(issued.id()).isEqualTo(id);
      }
    }
  }

  @Test
  void filesAreForTheOwnerAloneAndTheCallerIsToldThatTheyLieTogether() throws Exception {
    Path state = folder.resolve("state");
    assertThat(open(AuthorityStore.in(state)).passphraseBeside()).isTrue();
    for (String name : List.of("authority.p12", "authority.passphrase")) {
      assertThat(permissions(state.resolve(name))).isEqualTo("rw-------");
    }
    assertThat(permissions(state)).isEqualTo("rwx------");
    try (var files = Files.list(state)) {
      assertThat(files).as("nothing half-written").hasSize(2);
    }
  }

  @Test
  void anOperatorsPassphraseIsUsedAndNotMade() throws Exception {
    Path passphrase = passphrase("correct horse", "rw-------");
    assertThat(open(AuthorityStore.at(keyStore(), passphrase)).passphraseBeside()).isFalse();
    Files.delete(passphrase);
    assertRefused(passphrase, "is not there");
    assertThat(passphrase).doesNotExist();
  }

  @Test
  void aWrongPassphraseIsSaidAndNothingIsOverwritten() throws Exception {
    Path passphrase = passphrase("correct horse", "rw-------");
    open(AuthorityStore.at(keyStore(), passphrase));
    byte[] before = Files.readAllBytes(keyStore());
    Files.writeString(passphrase, "battery staple");
    assertThatExceptionOfType(AuthorityException.class)
        .isThrownBy(() -> open(AuthorityStore.at(keyStore(), passphrase)))
        .withMessageContaining(keyStore().toString())
        .withMessageContaining("does not open this key store")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("battery"));
    assertThat(Files.readAllBytes(keyStore())).isEqualTo(before);
  }

  @Test
  void aLostPassphraseIsNotReplacedByANewOne() throws Exception {
    open(AuthorityStore.in(folder));
    Files.delete(folder.resolve("authority.passphrase"));
    assertThatExceptionOfType(AuthorityException.class)
        .isThrownBy(() -> open(AuthorityStore.in(folder)))
        .withMessageContaining("authority.passphrase");
    assertThat(folder.resolve("authority.passphrase")).doesNotExist();
  }

  @Test
  void filesThatOthersMayOpenAreRefused() throws Exception {
    for (String permissions : List.of("rw-r-----", "rw----r--", "rw--w----")) {
      Path passphrase = passphrase("x", permissions);
      assertRefused(passphrase, "chmod 600");
      Files.delete(passphrase);
    }
    Path passphrase = passphrase("x", "r--------");
    open(AuthorityStore.at(keyStore(), passphrase));
    Files.setPosixFilePermissions(keyStore(), PosixFilePermissions.fromString("rw-r--r--"));
    assertRefused(keyStore(), "chmod 600");
  }

  @Test
  void anEmptyPassphraseIsRefused() throws Exception {
    assertRefused(passphrase("\nsecond line", "rw-------"), "empty first line");
  }

  @Test
  void aDamagedKeyStoreIsNamedAndKept() throws Exception {
    Path passphrase = passphrase("x", "rw-------");
    open(AuthorityStore.at(keyStore(), passphrase));
    byte[] whole = Files.readAllBytes(keyStore());
    for (int keep : List.of(0, 10, whole.length / 2, whole.length - 1)) {
      byte[] part = Arrays.copyOf(whole, keep);
      Files.write(keyStore(), part);
      assertRefused(keyStore(), "");
      assertThat(Files.readAllBytes(keyStore())).isEqualTo(part);
    }
  }

  @Test
  void anotherTrustDomainsAuthorityIsRefused() {
    open(AuthorityStore.in(folder));
    assertThatExceptionOfType(AuthorityException.class)
        .isThrownBy(
            () ->
                AuthorityStore.in(folder)
                    .openOrCreate(
                        new TrustDomain("other.test"),
                        InstantSource.fixed(NOW),
                        Crypto.jdk(),
                        new SecureRandom()))
        .withMessageContaining("another trust domain than other.test");
  }

  @Test
  void anAuthorityWhoseRootHasEndedIsSaidWithWhatToDo() {
    open(AuthorityStore.in(folder));
    assertThatExceptionOfType(AuthorityException.class)
        .isThrownBy(() -> openAfter(3651))
        .withMessageContaining("authority.p12")
        .withMessageContaining("expired at")
        .withMessageContaining("replace it");
  }

  /** Also one that has ended while everything was off. */
  @Test
  void pastItsMiddleTheIntermediateIsRenewedUnderTheSameRoot() throws Exception {
    Authority made = open(AuthorityStore.in(folder)).authority();
    byte[] first = Files.readAllBytes(folder.resolve("authority.p12"));
    assertThat(openAfter(180).issuer()).isEqualTo(made.issuer());
    assertThat(Files.readAllBytes(folder.resolve("authority.p12"))).isEqualTo(first);

    for (int days : List.of(200, 600)) {
      Authority renewed = openAfter(days);
      assertThat(renewed.issuer()).isNotEqualTo(made.issuer());
      assertThat(renewed.bundle()).isEqualTo(made.bundle());
      assertThat(renewed.notAfter()).isEqualTo(NOW.plus(Duration.ofDays(days + 365L)));
      assertThat(openAfter(days + 1).issuer()).as("once").isEqualTo(renewed.issuer());
    }
    assertThat(permissions(folder.resolve("authority.p12"))).isEqualTo("rw-------");
    try (var files = Files.list(folder)) {
      assertThat(files).as("nothing half-written").hasSize(2);
    }
  }

  @Test
  void nothingOutlivesTheRootAndNearItsEndNothingIsWritten() throws Exception {
    Authority made = open(AuthorityStore.in(folder)).authority();
    Instant end = made.bundle().of(MESH).getFirst().getNotAfter().toInstant();
    assertThat(openAfter(3600).notAfter()).isEqualTo(end);
    byte[] last = Files.readAllBytes(folder.resolve("authority.p12"));
    assertThat(openAfter(3645).notAfter()).isEqualTo(end);
    assertThat(Files.readAllBytes(folder.resolve("authority.p12"))).isEqualTo(last);
  }

  @Test
  void aClockThatWasAheadLeavesAnAuthorityThatSignsWhenItIsRight() {
    open(AuthorityStore.in(folder));
    Authority ahead = openAfter(900);
    Authority right = open(AuthorityStore.in(folder)).authority();
    assertThat(right.issuer()).isEqualTo(ahead.issuer());
  }

  @Test
  void whatCannotBeWrittenIsOpenedWhileItCanSign() throws Exception {
    Authority made = open(AuthorityStore.in(folder)).authority();
    Files.createDirectories(folder.resolve("authority.p12.new").resolve("in the way"));
    assertThat(openAfter(200).issuer()).isEqualTo(made.issuer());
    assertThatExceptionOfType(AuthorityException.class)
        .isThrownBy(() -> openAfter(366))
        .withMessageContaining("key store cannot be written");
  }

  @Test
  void aRunningNodeRenewsItAndSignsWithIt() throws Exception {
    AuthorityStore store = AuthorityStore.in(folder);
    FakeClock clock = new FakeClock(NOW);
    Crypto crypto = Crypto.preferred();
    SecureRandom random = new SecureRandom();
    store.openOrCreate(MESH, clock, crypto, random);
    AuthorityInForce inForce =
        new AuthorityInForce(
            new AuthorityFiles(
                store.files(),
                () -> store.reopen(MESH, clock, crypto, random),
                () -> store.renew(MESH, clock, crypto, random)),
            RotationPace.ALONE,
            clock,
            System::nanoTime,
            made -> {},
            new RootsNumber(folder));
    Authority first = inForce.get();
    inForce.look(root -> false);
    assertThat(inForce.get()).isSameAs(first);

    Path inTheWay = folder.resolve("authority.p12.new").resolve("in the way");
    Files.createDirectories(inTheWay);
    clock.advance(Duration.ofDays(200));
    inForce.look(root -> false);
    assertThat(inForce.lastError()).contains("cannot be written");
    inForce.look(root -> false);
    assertThat(inForce.lastError()).as("until it is").contains("cannot be written");
    assertThat(inForce.get()).isSameAs(first);

    Files.delete(inTheWay);
    clock.advance(Duration.ofMinutes(2));
    inForce.look(root -> false);
    assertThat(inForce.lastError()).isNull();
    assertThat(inForce.get().issuer()).isNotEqualTo(first.issuer());
    assertThat(inForce.get().numberedRoots()).isEqualTo(first.numberedRoots());
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() {
    Path nowhere = Path.of("/proc/herald");
    assertThatExceptionOfType(AuthorityException.class)
        .isThrownBy(() -> open(AuthorityStore.in(nowhere)))
        .withMessageContaining(nowhere.toString())
        .withMessageContaining("permissions");
  }

  private void assertRefused(Path named, String word) {
    assertThatExceptionOfType(AuthorityException.class)
        .isThrownBy(() -> open(AuthorityStore.at(keyStore(), folder.resolve("passphrase"))))
        .withMessageContaining(named.toString())
        .withMessageContaining(word);
  }

  private static AuthorityStore.Opened open(AuthorityStore store) {
    return open(store, Crypto.preferred());
  }

  private Authority openAfter(int days) {
    return AuthorityStore.in(folder)
        .openOrCreate(
            MESH,
            InstantSource.fixed(NOW.plus(Duration.ofDays(days))),
            Crypto.preferred(),
            new SecureRandom())
        .authority();
  }

  private static AuthorityStore.Opened open(AuthorityStore store, Crypto crypto) {
    return store.openOrCreate(MESH, InstantSource.fixed(NOW), crypto, new SecureRandom());
  }

  private Path keyStore() {
    return folder.resolve("keys").resolve("authority.p12");
  }

  private Path passphrase(String text, String permissions) throws Exception {
    Path file = Files.writeString(folder.resolve("passphrase"), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    return file;
  }

  private static String permissions(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
