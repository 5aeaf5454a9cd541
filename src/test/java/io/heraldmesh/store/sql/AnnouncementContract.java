package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.store.Announced;
import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.Lease;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What nodes said last is kept, whatever database is under it. */
abstract class AnnouncementContract extends StoreFixture {
  private static final Instant LOST = Instant.parse("2030-01-01T00:00:00Z");
  private static final Duration LONG = Duration.ofMinutes(5);

  private void keep(Announced... announced) {
    store.announcements().keep(List.of(announced), null);
  }

  private static Announced said(String node, long sequence, @Nullable String message) {
    return new Announced(node, sequence, message, null);
  }

  @Test
  void whatWasSaidLastIsKeptOfEachNodeAlsoWhenItWasSaidInOneGo() {
    Announced silent = new Announced("b", 7, "{\"ports\":\"ü\"}", LOST);
    keep(said("a", 1, "one"), silent);
    keep(said("a", 2, "two"), said("c", 1, null));
    assertThat(store.announcements().all())
        .containsExactly(said("a", 2, "two"), silent, said("c", 1, null));
  }

  @Test
  void somethingFromBeforeChangesNothing() {
    keep(said("a", 5, "new"));
    keep(said("a", 4, "old"));
    assertThat(store.announcements().all()).containsExactly(said("a", 5, "new"));
    keep(said("a", 6, null));
    keep(said("a", 5, "new"));
    assertThat(store.announcements().all()).containsExactly(said("a", 6, null));
  }

  @Test
  void thatANodeIsSilentIsWrittenUnderWhatItSaidLastAndTakenBackTheSameWay() {
    keep(said("a", 5, "new"));
    keep(new Announced("a", 5, "new", LOST));
    assertThat(store.announcements().all()).extracting(Announced::lostAt).containsExactly(LOST);
    keep(said("a", 5, "new"));
    assertThat(store.announcements().all()).containsExactly(said("a", 5, "new"));
  }

  @Test
  void whoLostItsLeaseWritesNothing() {
    Lease lease = store.leases().acquire("config", "a", LONG).orElseThrow();
    store.announcements().keep(List.of(said("a", 1, "one")), lease);
    store.leases().release(lease);
    assertThat(store.leases().acquire("config", "b", LONG)).isPresent();
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.announcements().keep(List.of(said("a", 2, "two")), lease))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.TAKEN));
    assertThat(store.announcements().all()).containsExactly(said("a", 1, "one"));
  }

  @Test
  void aNodeIsForgottenWithItsLastRegistrationAndNotWithOneOfTwo() {
    for (String account : List.of("x", "y")) {
      store.registrations().add(new Registration("a", "shop", account, "test", LOST));
    }
    keep(said("a", 1, "one"));
    AuditEvent audit = new AuditEvent(LOST, "test", "revoke", "a", "done", "");
    store.registrations().remove("a", "shop/x", audit);
    assertThat(store.announcements().all()).hasSize(1);
    store.registrations().revoke("a", LOST, LOST.plusSeconds(60), audit);
    assertThat(store.announcements().all()).isEmpty();
  }

  @Test
  void aNodeIsForgottenWhenThatIsAsked() {
    keep(said("a", 1, "one"), said("b", 1, "one"));
    store.announcements().forget("a");
    assertThat(store.announcements().all()).containsExactly(said("b", 1, "one"));
  }
}
