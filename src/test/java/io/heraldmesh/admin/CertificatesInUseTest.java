package io.heraldmesh.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.FakeClock;
import io.heraldmesh.bus.AdminCertificates.Certificate;
import io.heraldmesh.bus.AdminCertificates.InUse;
import io.heraldmesh.bus.AdminCertificates.InUsePage;
import io.heraldmesh.bus.AdminCertificates.InUseRequest;
import io.heraldmesh.bus.AdminCertificates.State;
import io.heraldmesh.bus.AdminCertificates.Unreported;
import io.heraldmesh.bus.MeshStatus.Left;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.UsedCertificates.Reported;
import io.heraldmesh.bus.UsedCertificates.Trust;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which certificate breaks next, as an operator is told. */
class CertificatesInUseTest {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
  private static final String WEB = "spiffe://mesh.test/ns/shop/sa/web";
  private static final String ANN = "spiffe://mesh.test/herald/operator/ann";
  private static final String DB = "spiffe://mesh.test/ns/shop/sa/db";

  private final FakeClock clock = new FakeClock(START);
  private final Store store = SqliteStore.inMemory();
  private final List<Reported> said = new ArrayList<>();
  private final List<Left> left = new ArrayList<>();

  @AfterEach
  void close() {
    store.close();
  }

  private CertificatesInUse.View view() throws Exception {
    return view(null);
  }

  private CertificatesInUse.View view(@Nullable String of) throws Exception {
    return new CertificatesInUse(
            new MeshAnswers(new SaidMesh(new Revision(1, 1), List.of(), left, said)),
            store,
            issued(),
            clock)
        .view(of);
  }

  private HeldCertificates issued() {
    return new HeldCertificates(store.issuanceLog(), clock);
  }

  private static Used used(String identity, String serial, Duration left) {
    return used(identity, serial, START.minusSeconds(60), START.plus(left), START.plusSeconds(60));
  }

  private static Used used(
      String identity, String serial, Instant from, Instant to, @Nullable Instant renews) {
    return new Used(identity, serial, from, to, "CN=c1", "sha256:ab", Trust.CURRENT, renews, null);
  }

  private void said(String node, Used... certificates) {
    said.add(new Reported(node, clock.instant(), List.of(certificates)));
  }

  private void issued(String node, String identity, String serial, Duration life) {
    store
        .issuanceLog()
        .append(
            List.of(
                new IssuanceRecord(
                    serial,
                    identity,
                    node,
                    clock.instant().minusSeconds(120),
                    clock.instant().plus(life),
                    clock.instant(),
                    "ab",
                    identity)))
        .join();
  }

  private void registered(String node) {
    store.registrations().add(new Registration(node, "shop", "web", "the test", clock.instant()));
  }

  @Test
  void theOneThatEndsSoonestIsFirstWhicheverNodeUsesIt() throws Exception {
    said("n1", used(WEB, "1", Duration.ofHours(3)), used(DB, "2", Duration.ofHours(1)));
    said("n2", used(WEB, "3", Duration.ofHours(2)));
    assertThat(view().rows()).extracting(InUse::serial).containsExactly("2", "3", "1");
    assertThat(view().expiring(2)).extracting(Certificate::serial).containsExactly("2", "3");
  }

  @Test
  void whatTheNodeUsesIsShownAndNotWhatWasIssuedToIt() throws Exception {
    registered("n1");
    issued("n1", WEB, "1", Duration.ofHours(1));
    issued("n1", WEB, "2", Duration.ofHours(24));
    said("n1", used(WEB, "1", Duration.ofHours(1)));
    InUse row = view().rows().getFirst();
    assertThat(view().rows()).hasSize(1);
    assertThat(row.serial()).as("the answer with the newer one was lost").isEqualTo("1");
    assertThat(row.issuer()).isEqualTo("CN=c1");
    assertThat(row.trust()).isEqualTo(Trust.CURRENT);
    assertThat(row.renews()).isEqualTo(START.plusSeconds(60));
    assertThat(row.reported()).isEqualTo(START);
  }

  @Test
  void aNodeThatSaysNothingIsNamedAndShownByTheIssuanceLog() throws Exception {
    registered("n1");
    registered("n2");
    issued("n1", WEB, "1", Duration.ofHours(1));
    CertificatesInUse.View view = view();
    assertThat(view.unreported())
        .containsExactly(new Unreported("n1", null), new Unreported("n2", null));
    assertThat(view.rows())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.serial()).isEqualTo("1");
              assertThat(row.reported()).isNull();
              assertThat(row.renews()).isNull();
            });
  }

  @Test
  void aNodeThatSaysNothingAnyMoreIsNamedWithTheTime() throws Exception {
    said("n1", used(WEB, "1", Duration.ofHours(1)));
    assertThat(view().unreported()).isEmpty();
    clock.advance(Duration.ofMinutes(4));
    assertThat(view().unreported()).containsExactly(new Unreported("n1", START));
    assertThat(view().rows()).extracting(InUse::serial).containsExactly("1");
  }

  @Test
  void howLateACertificateIsIsKnownWhateverItsLife() {
    Instant from = START.minusSeconds(3);
    assertThat(HeldCertificates.state(from, START.plusSeconds(1), true, START))
        .as("three quarters of its life are over")
        .isEqualTo(State.GOOD);
    assertThat(HeldCertificates.state(from, START.plusSeconds(1), true, START.plusMillis(1)))
        .isEqualTo(State.OVERDUE);
    assertThat(HeldCertificates.state(Instant.MIN, Instant.MAX, true, START)).isEqualTo(State.GOOD);
  }

  @Test
  void whatIsMissingIsFirstAndEndedAndLateOnesAreSaidToBe() throws Exception {
    Instant from = START.minus(Duration.ofHours(8));
    said(
        "n1",
        used(WEB, "1", from, START.plus(Duration.ofHours(1)), START.plusSeconds(9)),
        used(DB, "2", from, START.minusSeconds(1), START.plusSeconds(9)),
        new Used(
            "spiffe://mesh.test/ns/shop/sa/new",
            null,
            null,
            null,
            null,
            null,
            Trust.NONE,
            START,
            "NOT_REGISTERED"));
    CertificatesInUse.View view = view();
    assertThat(view.rows())
        .extracting(InUse::state)
        .containsExactly(State.MISSING, State.EXPIRED, State.OVERDUE);
    assertThat(view.rows().getFirst().lastError()).isEqualTo("NOT_REGISTERED");
    assertThat(view.expiring(10)).hasSize(2);
  }

  @Test
  void whatNobodyRenewsByItselfIsNeverOverdue() throws Exception {
    said(
        "c1",
        used(
            "authority CN=root",
            "1",
            START.minus(Duration.ofDays(3000)),
            START.plus(Duration.ofDays(30)),
            null));
    assertThat(view().rows().getFirst().state()).isEqualTo(State.GOOD);
  }

  @Test
  void aShortLifeIsCountedFromWhenItWasIssuedAndNotFromBeforeThat() throws Exception {
    issued("n1", WEB, "1", Duration.ofMinutes(1));
    said(
        "n1",
        used(WEB, "1", START.minusSeconds(120), START.plusSeconds(60), START.plusSeconds(30)));
    clock.advance(Duration.ofSeconds(40));
    assertThat(view().rows().getFirst().state()).isEqualTo(State.GOOD);
    clock.advance(Duration.ofSeconds(10));
    assertThat(view().rows().getFirst().state()).isEqualTo(State.OVERDUE);
  }

  @Test
  void operatorsReportNothingAndTheirCertificatesAreShownAllTheSame() throws Exception {
    issued("ann", "spiffe://mesh.test/herald/operator/ann", "7", Duration.ofHours(8));
    issued("gone", WEB, "8", Duration.ofHours(8));
    assertThat(view().rows()).extracting(InUse::serial).containsExactly("7");
    assertThat(view().unreported()).isEmpty();
  }

  @Test
  void anOperatorWhoseCertificateHasEndedLacksNothing() throws Exception {
    issued("ann", ANN, "7", Duration.ofHours(8));
    clock.advance(Duration.ofHours(9));
    assertThat(view().rows()).isEmpty();
    assertThat(view().count(State.EXPIRED)).isZero();
    assertThat(issued().all())
        .as("of those that were issued")
        .extracting(Certificate::serial)
        .containsExactly("7");
  }

  @Test
  void whatIsRevokedIsNotInUseAndWhatIsIssuedToTheNameAfterwardsIs() throws Exception {
    issued("ann", ANN, "7", Duration.ofHours(8));
    issued("c3", "spiffe://mesh.test/herald/config/c3", "8", Duration.ofHours(8));
    revoke("ann");
    revoke("c3");
    assertThat(view().rows()).isEmpty();
    assertThat(view().unreported()).isEmpty();
    assertThat(issued().all()).hasSize(2);

    clock.advance(Duration.ofMinutes(2));
    issued("ann", ANN, "9", Duration.ofHours(8));
    assertThat(view().rows()).extracting(InUse::serial).containsExactly("9");
  }

  private void revoke(String name) {
    Instant now = clock.instant();
    store
        .registrations()
        .revoke(
            name,
            now,
            NodeDesk.voidBefore(now),
            new AuditEvent(now, "test", "registrations.revoke", name, "done", ""));
  }

  @Test
  void aNodeThatTookItsLeaveUsesNothingUntilItSaysSo() throws Exception {
    registered("n1");
    issued("n1", WEB, "1", Duration.ofHours(1));
    said("n1", used(WEB, "1", Duration.ofHours(1)));
    clock.advance(Duration.ofSeconds(1));
    left.add(new Left("n1", clock.instant()));
    clock.advance(Duration.ofHours(2));
    assertThat(view().rows()).isEmpty();
    assertThat(view().unreported()).isEmpty();

    said("n1", used(WEB, "2", Duration.ofHours(4)));
    assertThat(view().rows()).extracting(InUse::serial).containsExactly("2");
  }

  @Test
  void aControlNodeThatIsAwayIsNamedAsLongAsItsCertificateLasts() throws Exception {
    issued("c2", "spiffe://mesh.test/herald/config/c2", "1", Duration.ofHours(8));
    assertThat(view().unreported()).containsExactly(new Unreported("c2", null));
    clock.advance(Duration.ofHours(9));
    assertThat(view().unreported()).isEmpty();
  }

  @Test
  void ofOneNodeAllIsShownAndOfOthersNothing() throws Exception {
    registered("n1");
    registered("n2");
    registered("n3");
    issued("n1", WEB, "1", Duration.ofHours(1));
    issued("n2", WEB, "2", Duration.ofHours(1));
    issued("ann", ANN, "3", Duration.ofHours(1));
    said("n3", used(WEB, "4", Duration.ofHours(1)));
    assertThat(view("n1").rows()).extracting(InUse::serial).containsExactly("1");
    assertThat(view("n1").unreported()).containsExactly(new Unreported("n1", null));
    assertThat(view("n3").rows()).extracting(InUse::serial).containsExactly("4");
    assertThat(view("n3").unreported()).isEmpty();
    assertThat(view("ann").rows()).extracting(InUse::serial).containsExactly("3");
    assertThat(view("n4").rows()).isEmpty();
    assertThat(view("n4").unreported()).isEmpty();
  }

  @Test
  void pagesHaveEachRowOnceAlsoWhenSomeAreRenewedMeanwhile() throws Exception {
    for (int i = 0; i < 5; i++) {
      said("n" + i, used(WEB, "" + i, Duration.ofHours(i + 1)));
    }
    InUsePage first = view().page(new InUseRequest(null, null, 2));
    assertThat(first.total()).isEqualTo(5);
    assertThat(first.certificates()).extracting(InUse::serial).containsExactly("0", "1");
    said.removeFirst();
    said.removeFirst();
    InUsePage second = view().page(new InUseRequest(null, first.next(), 2));
    assertThat(second.certificates()).extracting(InUse::serial).containsExactly("2", "3");
    InUsePage last = view().page(new InUseRequest(null, second.next(), 2));
    assertThat(last.certificates()).extracting(InUse::serial).containsExactly("4");
    assertThat(last.next()).isNull();
  }
}
