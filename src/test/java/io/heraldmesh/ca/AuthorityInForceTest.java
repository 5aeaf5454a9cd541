package io.heraldmesh.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.FakeClock;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An authority whose folder changes while it signs. */
@Timeout(60)
class AuthorityInForceTest {
  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final Duration YEAR = Duration.ofDays(365);
  private static final RotationPace PACE =
      new RotationPace(Duration.ofSeconds(60), Duration.ofSeconds(120));

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final Crypto crypto = Crypto.preferred();
  private final SecureRandom random = new SecureRandom();
  private final OfflineRoot old = root();
  private final OfflineRoot next = root();
  private final List<Authority> recorded = new ArrayList<>();
  private final List<Authority> told = new ArrayList<>();
  private Set<X509Certificate> signingElsewhere = Set.of();
  private boolean databaseAway;
  private long seconds;

  @TempDir Path temp;
  private Path folder;
  private AuthorityInForce authority;

  private OfflineRoot root() {
    NewAuthority.Root made = NewAuthority.root(MESH, clock.instant(), crypto, random);
    return new OfflineRoot(MESH, made.certificate(), made.key());
  }

  @BeforeEach
  void signsUnderTheOldRoot() {
    folder = temp.resolve("cacerts");
    sign(old);
    authority = open();
    authority.onChange(told::add);
  }

  private AuthorityInForce open() {
    CacertsFolder cacerts = new CacertsFolder(folder);
    return new AuthorityInForce(
        new AuthorityFiles(cacerts.files(), () -> cacerts.load(MESH, clock, crypto, random)),
        PACE,
        clock,
        () -> TimeUnit.SECONDS.toNanos(seconds),
        this::record,
        new RootsNumber(temp));
  }

  private void record(Authority made) {
    if (databaseAway) {
      throw new IllegalStateException("the database is away");
    }
    recorded.add(made);
  }

  private void sign(OfflineRoot by) {
    new IssuerFolder(folder).sign(by, YEAR, clock.instant(), crypto, random);
  }

  private void look() {
    authority.look(root -> signingElsewhere.contains(root));
  }

  private void after(Duration time) {
    seconds += time.toSeconds();
    look();
  }

  private List<X509Certificate> roots() {
    return authority.get().bundle().of(MESH);
  }

  private boolean issuesUnder(OfflineRoot root) {
    return authority
        .get()
        .issuer()
        .getIssuerX500Principal()
        .equals(root.certificate().getSubjectX500Principal());
  }

  /** Another control node may have taken further ones meanwhile, which are newer. */
  @Test
  void rootsAreNoNewerAfterARestart() {
    long number = authority.get().numberedRoots().number();
    clock.advance(Duration.ofHours(1));

    assertThat(open().get().numberedRoots().number()).isEqualTo(number);
  }

  @Test
  void rootsThatCameWhileItWasAwayAreNewer() {
    long number = authority.get().numberedRoots().number();
    clock.advance(Duration.ofHours(1));
    new IssuerFolder(folder).addRoot(root().certificate(), clock.instant());

    assertThat(open().get().numberedRoots().number()).isEqualTo(clock.instant().toEpochMilli());
    assertThat(clock.instant().toEpochMilli()).isGreaterThan(number);
  }

  @Test
  void rootsWhoseNumberIsDamagedCountAsNew() throws IOException {
    Files.writeString(temp.resolve("roots-number"), "half a line");
    clock.advance(Duration.ofHours(1));

    assertThat(open().get().numberedRoots().number()).isEqualTo(clock.instant().toEpochMilli());
  }

  @Test
  void nothingHappensWhileTheFilesStay() {
    Authority first = authority.get();
    after(PACE.reissue());
    assertThat(authority.get()).isSameAs(first);
    assertThat(told).isEmpty();
  }

  @Test
  void aNewIntermediateUnderTheSameRootSignsAtOnce() {
    X509Certificate before = authority.get().issuer();
    sign(old);
    look();
    assertThat(authority.get().issuer()).isNotEqualTo(before);
    assertThat(roots()).containsExactly(old.certificate());
    assertThat(told).containsExactly(authority.get());
    assertThat(recorded).last().isSameAs(authority.get());
  }

  @Test
  void theNumberRisesWithEachChangeOfTheRootsAlsoWhenTheClockGoesBack() {
    IssuerFolder files = new IssuerFolder(folder);
    long first = authority.get().numberedRoots().number();
    assertThat(first).isEqualTo(clock.instant().toEpochMilli());
    sign(old);
    look();
    assertThat(authority.get().numberedRoots().number()).as("same roots").isEqualTo(first);

    clock.advance(Duration.ofSeconds(-1));
    files.addRoot(next.certificate(), clock.instant());
    look();
    long second = authority.get().numberedRoots().number();
    assertThat(second).isEqualTo(first + 1);

    clock.advance(Duration.ofHours(1));
    files.dropRoot(Fingerprint.of(next.certificate()));
    after(PACE.reissue());
    assertThat(roots()).containsExactly(old.certificate());
    assertThat(authority.get().numberedRoots().number()).isEqualTo(clock.instant().toEpochMilli());
  }

  @Test
  void aRootIsHandedOutBeforeAnythingIsIssuedUnderItAndGoesAfterAllLeavesWereIssuedAnew() {
    IssuerFolder files = new IssuerFolder(folder);
    files.addRoot(next.certificate(), clock.instant());
    look();
    assertThat(roots()).containsExactly(old.certificate(), next.certificate());

    sign(next);
    after(PACE.spread().minusSeconds(1));
    assertThat(issuesUnder(old)).as("too early").isTrue();
    assertThat(authority.waiting()).contains(Fingerprint.of(next.certificate()).toString());
    after(Duration.ofSeconds(1));
    assertThat(issuesUnder(next)).isTrue();
    assertThat(roots()).containsExactly(next.certificate(), old.certificate());
    assertThat(authority.waiting()).isNull();

    files.dropRoot(Fingerprint.of(old.certificate()));
    after(PACE.reissue().minusSeconds(1));
    assertThat(roots()).as("too early").contains(old.certificate());
    assertThat(authority.waiting()).contains(Fingerprint.of(old.certificate()).toString());
    after(Duration.ofSeconds(1));
    assertThat(roots()).containsExactly(next.certificate());
    assertThat(authority.waiting()).isNull();
  }

  @Test
  void allOfItInOneChangeTakesTheSameSteps() throws IOException {
    replaceFolder(next);
    look();
    assertThat(issuesUnder(old)).isTrue();
    assertThat(roots()).containsExactly(old.certificate(), next.certificate());
    after(PACE.spread());
    assertThat(issuesUnder(next)).isTrue();
    assertThat(roots()).containsExactly(next.certificate(), old.certificate());
    after(PACE.reissue());
    assertThat(roots()).containsExactly(next.certificate());
    assertThat(told).hasSize(3);
  }

  @Test
  void aRootUnderWhichAnotherControlNodeSignsStays() throws IOException {
    signingElsewhere = Set.of(old.certificate());
    replaceFolder(next);
    look();
    after(PACE.spread());
    after(PACE.reissue().multipliedBy(5));
    assertThat(roots()).contains(old.certificate());
    assertThat(authority.waiting()).contains("another control node");
    signingElsewhere = Set.of();
    look();
    assertThat(roots()).containsExactly(next.certificate());
  }

  @Test
  void aRootThatWasAddedAndDroppedWithoutUseGoesAtOnce() {
    IssuerFolder files = new IssuerFolder(folder);
    files.addRoot(next.certificate(), clock.instant());
    look();
    files.dropRoot(Fingerprint.of(next.certificate()));
    look();
    assertThat(roots()).containsExactly(old.certificate());
  }

  @Test
  void whatDoesNotFitTogetherIsNamedOnceAndTheLastGoodOneStays() throws IOException {
    Authority good = authority.get();
    Path chain = folder.resolve("..data/cert-chain.pem");
    String whole = Files.readString(chain);
    for (String bad : List.of("", "no certificate", whole.substring(0, whole.length() / 2))) {
      Files.writeString(chain, bad);
      look();
      assertThat(authority.lastError()).contains("cert-chain.pem");
      assertThat(authority.get()).isSameAs(good);
    }
    Files.writeString(folder.resolve("..data/ca-key.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n");
    look();
    assertThat(authority.lastError()).contains("ca-key.pem").doesNotContain("AAAA");
    assertThat(authority.get()).isSameAs(good);

    Files.delete(folder.resolve("ca-cert.pem"));
    look();
    assertThat(authority.lastError()).contains("ca-cert.pem").contains("missing");

    sign(old);
    look();
    assertThat(authority.lastError()).isNull();
    assertThat(authority.get()).isNotSameAs(good);
  }

  @Test
  void anotherTrustDomainsAuthorityIsNotTaken() throws IOException {
    TrustDomain other = new TrustDomain("other.test");
    NewAuthority.Root made = NewAuthority.root(other, clock.instant(), crypto, random);
    Path beside = temp.resolve("other");
    new IssuerFolder(beside)
        .sign(
            new OfflineRoot(other, made.certificate(), made.key()),
            YEAR,
            clock.instant(),
            crypto,
            random);
    Authority good = authority.get();
    swap(beside);
    look();
    assertThat(authority.lastError()).contains("mesh.test");
    assertThat(authority.get()).isSameAs(good);
  }

  @Test
  void whatCannotBeRecordedIsNotInForceAndIsTriedAgain() {
    Authority good = authority.get();
    databaseAway = true;
    sign(old);
    look();
    assertThat(authority.get()).isSameAs(good);
    assertThat(authority.lastError()).contains("the database is away");
    databaseAway = false;
    look();
    assertThat(authority.get()).isNotSameAs(good);
    assertThat(authority.lastError()).isNull();
  }

  @Test
  void anAuthorityThatHasEndedIsReplacedWithoutWaiting() throws IOException {
    clock.advance(YEAR.plusDays(1));
    replaceFolder(next);
    look();
    assertThat(issuesUnder(next)).isTrue();
  }

  @Test
  void withoutAnAuthorityThatCanIssueThereIsNoStart() throws IOException {
    Files.writeString(folder.resolve("..data/root-cert.pem"), "");
    assertThatThrownBy(this::open)
        .isInstanceOf(AuthorityException.class)
        .hasMessageContaining("root-cert.pem");
  }

  /** As a secret that is mounted anew: everything at once. */
  private void replaceFolder(OfflineRoot by) throws IOException {
    Path beside = temp.resolve("beside-" + seconds);
    new IssuerFolder(beside).sign(by, YEAR, clock.instant(), crypto, random);
    swap(beside);
  }

  private void swap(Path beside) throws IOException {
    Files.move(folder, temp.resolve("before"));
    Files.move(beside, folder);
  }
}
