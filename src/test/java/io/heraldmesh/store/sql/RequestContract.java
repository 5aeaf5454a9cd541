package io.heraldmesh.store.sql;

import static io.heraldmesh.store.TakenRequests.Answer.LATE;
import static io.heraldmesh.store.TakenRequests.Answer.NEW;
import static io.heraldmesh.store.TakenRequests.Answer.TAKEN_BEFORE;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.TakenRequests.Answer;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A request is taken once, whatever database is under it and however many nodes it has. */
abstract class RequestContract extends StoreFixture {
  private static final String SENDER = "spiffe://mesh.test/herald/node/n1";

  private static Instant soon() {
    return Instant.now().plusSeconds(120);
  }

  private static Answer take(Store by, String sender, String id, Instant until) {
    return by.requests().take(sender, id, until).join();
  }

  @Test
  void aRequestIsTakenOnce() {
    assertThat(take(store, SENDER, "a", soon())).isEqualTo(NEW);
    assertThat(take(store, SENDER, "a", soon())).isEqualTo(TAKEN_BEFORE);
    assertThat(take(store, SENDER, "a", soon().plusSeconds(9))).isEqualTo(TAKEN_BEFORE);
    assertThat(take(store, SENDER, "b", soon())).isEqualTo(NEW);
  }

  @Test
  void ofTwoSendersEachHasItsOwnIds() {
    assertThat(take(store, SENDER, "a", soon())).isEqualTo(NEW);
    assertThat(take(store, SENDER + "0", "a", soon())).isEqualTo(NEW);
  }

  @Test
  void aTakenRequestStaysTakenOverARestart() {
    assertThat(take(store, SENDER, "a", soon())).isEqualTo(NEW);
    reopen();
    assertThat(take(store, SENDER, "a", soon())).isEqualTo(TAKEN_BEFORE);
  }

  @Test
  void aRequestWhoseTimeIsUpIsNotTakenAtAll() {
    assertThat(take(store, SENDER, "a", Instant.now().minusSeconds(5))).isEqualTo(LATE);
    assertThat(take(store, SENDER, "a", soon())).isEqualTo(NEW);
  }

  @Test
  void whatIsSweptCouldNotBeTakenAnyMore() {
    Instant until = Instant.now().plusMillis(1500);
    assertThat(take(store, SENDER, "a", until)).isEqualTo(NEW);
    assertThat(take(store, SENDER, "later", soon())).isEqualTo(NEW);
    assertThat(sweep(until.plusSeconds(59))).isZero();
    Await.until("its time is up", () -> take(store, SENDER, "a", until) == LATE);

    assertThat(sweep(until.plusSeconds(60))).isEqualTo(1);
    assertThat(take(store, SENDER, "a", until)).isEqualTo(LATE);
    assertThat(take(store, SENDER, "later", soon())).isEqualTo(TAKEN_BEFORE);
  }

  private int sweep(Instant now) {
    return ((DatabaseStore) store)
        .database()
        .<Integer>write(connection -> RequestTable.sweep(connection, now.toEpochMilli()));
  }

  @Test
  void aReplayLeavesTheOthersOfItsGroupAlone() {
    assertThat(take(store, SENDER, "50", soon())).isEqualTo(NEW);
    List<CompletableFuture<Answer>> group =
        IntStream.range(0, 100)
            .mapToObj(i -> store.requests().take(SENDER, String.valueOf(i), soon()))
            .toList();
    CompletableFuture<Answer> late =
        store.requests().take(SENDER, "late", Instant.now().minusSeconds(1));
    for (int i = 0; i < 100; i++) {
      assertThat(group.get(i).join()).isEqualTo(i == 50 ? TAKEN_BEFORE : NEW);
    }
    assertThat(late.join()).isEqualTo(LATE);
  }

  /**
   * The same requests at several writers at once, among what they log: nobody waits in a circle.
   */
  @Test
  void ofManyThatReceiveTheSameAtOnceOneTakesItAndNobodyIsHeldUp() {
    List<Store> nodes = several(3);
    Random random = new Random(1);
    int serial = 0;
    for (int round = 0; round < 10; round++) {
      List<List<CompletableFuture<Answer>>> all = new ArrayList<>();
      List<CompletableFuture<Void>> logged = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        all.add(new ArrayList<>());
      }
      List<Integer> order = new ArrayList<>(IntStream.range(0, 40).boxed().toList());
      for (Store node : nodes) {
        Collections.shuffle(order, random);
        for (int i : order) {
          logged.add(node.issuanceLog().append(List.of(record(++serial))));
          all.get(i).add(node.requests().take(SENDER, round + "-" + i, soon()));
        }
      }
      for (List<CompletableFuture<Answer>> answers : all) {
        assertThat(answers.stream().map(CompletableFuture::join).filter(a -> a == NEW)).hasSize(1);
      }
      logged.forEach(CompletableFuture::join);
    }
    closeOthers(nodes);
  }

  @Test
  void aClosedStoreTakesNothing() {
    store.close();
    assertThat(store.requests().take(SENDER, "a", soon()))
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableThat()
        .withCauseInstanceOf(StoreException.class);
  }

  private static IssuanceRecord record(int serial) {
    Instant now = Instant.ofEpochSecond(1_900_000_000);
    return new IssuanceRecord(
        BigInteger.valueOf(1_000_000L + serial).toString(16),
        "spiffe://mesh.test/ns/a/sa/b",
        "n1",
        now,
        now.plus(Duration.ofHours(1)),
        now,
        "f",
        SENDER);
  }
}
