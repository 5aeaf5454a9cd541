package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import io.heraldmesh.store.sql.SqliteStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DatabasePatienceTest {
  private final List<Duration> pauses = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final AtomicInteger attempts = new AtomicInteger();
  private long now;

  private final DatabasePatience patience =
      new DatabasePatience(Duration.ofSeconds(60), () -> now, this::pause);

  private void pause(Duration time) {
    pauses.add(time);
    now += time.toNanos();
  }

  @Test
  void waitsLongerEachTimeUntilItIsThere() {
    try (Store store = patience.open(thereAfter(6, Reason.UNREACHABLE), told::add)) {
      assertThat(store.shared()).isFalse();
    }
    assertThat(pauses)
        .extracting(Duration::toMillis)
        .containsExactly(500L, 1000L, 2000L, 4000L, 5000L, 5000L);
    assertThat(told).hasSize(6).last().isEqualTo("db: UNREACHABLE; tried 6 times in 12 of 60 s");
  }

  @Test
  void givesUpInTimeAndSaysHowOftenItTried() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> patience.open(never(Reason.UNREACHABLE), told::add))
        .withMessage("db: UNREACHABLE; gave up, tried 15 times in 57 of 60 s")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE));
  }

  @Test
  void anAttemptThatTakesLongCountsToo() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(
            () ->
                patience.open(
                    () -> {
                      now += Duration.ofSeconds(20).toNanos();
                      throw new StoreException(Reason.UNREACHABLE, "db: slow");
                    },
                    told::add))
        .withMessage("db: slow; gave up, tried 3 times in 61 of 60 s");
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"BUSY", "OUTCOME_UNKNOWN"})
  void whatPassesByItselfIsWaitedFor(Reason reason) {
    patience.open(thereAfter(1, reason), told::add).close();
    assertThat(attempts).hasValue(2);
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"UNREACHABLE", "BUSY", "OUTCOME_UNKNOWN"})
  void whatDoesNotPassEndsAtOnce(Reason reason) {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> patience.open(never(reason), told::add))
        .withMessage("db: " + reason);
    assertThat(attempts).hasValue(1);
    assertThat(told).isEmpty();
  }

  private Supplier<Store> thereAfter(int failures, Reason reason) {
    Supplier<Store> never = never(reason);
    return () -> attempts.get() < failures ? never.get() : opened();
  }

  private Store opened() {
    attempts.incrementAndGet();
    return SqliteStore.inMemory();
  }

  private Supplier<Store> never(Reason reason) {
    return () -> {
      attempts.incrementAndGet();
      throw new StoreException(reason, "db: " + reason);
    };
  }
}
