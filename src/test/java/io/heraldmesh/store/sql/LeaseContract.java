package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.Await;
import io.heraldmesh.store.Lease;
import io.heraldmesh.store.Leases.Held;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** One of many holds a lease, whatever database is under it. */
abstract class LeaseContract extends StoreFixture {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration NONE = Duration.ZERO;

  @Test
  void whoTakesItFirstKeepsItAndMayLengthenIt() {
    assertThat(store.leases().acquire("config", "a", LONG)).contains(new Lease("config", "a", 1));
    assertThat(store.leases().acquire("config", "b", LONG)).isEmpty();
    assertThat(store.leases().acquire("config", "a", LONG)).contains(new Lease("config", "a", 1));
    assertThat(store.leases().acquire("other", "b", LONG)).contains(new Lease("other", "b", 1));
  }

  @Test
  void itIsTakenOverWhenItsTimeIsUpAndNotBefore() {
    store.leases().acquire("config", "a", Duration.ofMillis(1500));
    assertThat(store.leases().acquire("config", "b", LONG)).isEmpty();
    Await.until(
        "taken over",
        () ->
            store
                .leases()
                .acquire("config", "b", LONG)
                .equals(Optional.of(new Lease("config", "b", 2))));
    assertThat(store.leases().acquire("config", "a", LONG)).isEmpty();
  }

  @Test
  void whoHoldsItAndForHowLongIsToldByTheClockOfTheDatabase() {
    assertThat(store.leases().held("config")).isEmpty();
    Lease lease = store.leases().acquire("config", "a", LONG).orElseThrow();
    Held held = store.leases().held("config").orElseThrow();
    assertThat(held.lease()).isEqualTo(lease);
    assertThat(held.left()).isBetween(LONG.minusMinutes(1), LONG);
    store.leases().release(lease);
    assertThat(store.leases().held("config")).isEmpty();
  }

  @Test
  void ofAHolderThatIsGoneItIsTakenOverBeforeItsTimeIsUp() {
    Lease gone = store.leases().acquire("config", "a", LONG).orElseThrow();
    Lease taken = store.leases().takeOver(gone, "b", LONG).orElseThrow();
    assertThat(taken).isEqualTo(new Lease("config", "b", 2));
    assertThat(store.leases().held("config").orElseThrow().lease()).isEqualTo(taken);
    assertThat(store.leases().next(taken)).isEqualTo(new Revision(1, 1));
    // should it not be gone after all, nothing that it does counts
    refused(gone);
    assertThat(store.leases().acquire("config", "a", LONG)).isEmpty();
  }

  @Test
  void ofTwoThatTakeOverOneDoes() {
    Lease gone = store.leases().acquire("config", "a", LONG).orElseThrow();
    store.leases().takeOver(gone, "b", LONG);
    assertThat(store.leases().takeOver(gone, "c", LONG)).isEmpty();
    assertThat(store.leases().takeOver(new Lease("never", "a", 1), "c", LONG)).isEmpty();
    assertThat(store.leases().held("config").orElseThrow().lease().holder()).isEqualTo("b");
  }

  @Test
  void whoGivesItBackLetsTheNextOneIn() {
    Lease lease = store.leases().acquire("config", "a", LONG).orElseThrow();
    store.leases().release(lease);
    assertThat(store.leases().acquire("config", "b", LONG)).contains(new Lease("config", "b", 2));
    store.leases().release(lease);
    assertThat(store.leases().acquire("config", "c", LONG)).isEmpty();
  }

  @Test
  void onlyTheHolderCountsRevisions() {
    Lease first = store.leases().acquire("config", "a", LONG).orElseThrow();
    assertThat(store.leases().next(first)).isEqualTo(new Revision(1, 1));
    store.leases().release(first);
    refused(first);
    Lease second = store.leases().acquire("config", "b", LONG).orElseThrow();
    refused(first);
    assertThat(store.leases().next(second)).isEqualTo(new Revision(1, 2));
    refused(new Lease("config", "b", second.term() - 1));
    refused(new Lease("never", "b", 1));
    assertThat(store.revisions().current()).isEqualTo(new Revision(1, 2));
  }

  @Test
  void aLeaseWhoseTimeIsUpCountsNothingAlsoWhenNobodyElseTookIt() {
    refused(store.leases().acquire("config", "a", NONE).orElseThrow());
  }

  @Test
  void ofManyAtOnceOneGetsIt() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int round = 0; round < 20; round++) {
        String name = "r" + round;
        List<Future<Optional<Lease>>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          String holder = "h" + i;
          all.add(threads.submit(() -> store.leases().acquire(name, holder, LONG)));
        }
        int held = 0;
        for (Future<Optional<Lease>> one : all) {
          held += one.get().isPresent() ? 1 : 0;
        }
        assertThat(held).isEqualTo(1);
      }
    }
  }

  private void refused(Lease lease) {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.leases().next(lease))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.TAKEN));
  }
}
