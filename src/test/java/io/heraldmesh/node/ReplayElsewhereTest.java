package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.ca.CaRefusals;
import io.heraldmesh.ca.CaVerticle;
import io.heraldmesh.ca.CertificateIssuer;
import io.heraldmesh.ca.IssuanceLimit;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node signed for "the authority" is answered by one control node, and by no other. */
class ReplayElsewhereTest {
  private static final String ADDRESS = "herald.ca";

  @TempDir Path folder;
  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx first = Vertx.vertx();
  private final Vertx second = Vertx.vertx();
  private final AtomicReference<Buffer> captured = new AtomicReference<>();

  @AfterEach
  void stop() {
    Await.result(first.close());
    Await.result(second.close());
  }

  private void serve(Vertx vertx, Store store, String name) {
    CertificateIssuer issuer =
        new CertificateIssuer(
            vertx,
            mesh::authority,
            mesh.crypto(),
            store.issuanceLog(),
            new CaRefusals(store.audit(), clock, System::nanoTime),
            () -> new Registrations(Map.of("n1", Set.of(new WorkloadIdentity("shop", "web")))),
            () -> Revocations.NONE,
            clock,
            IssuanceLimit.NONE,
            new SimpleMeterRegistry());
    Await.result(
        vertx.deployVerticle(
            new CaVerticle(
                mesh.bus(vertx, HeraldRole.CA, name),
                new StoredRequests(vertx, store.requests()),
                issuer,
                () -> 1)));
  }

  /** Renews the node's own identity over the first control node, as anybody on the way sees it. */
  private void askFirst() {
    first
        .eventBus()
        .<Object>addOutboundInterceptor(
            context -> {
              if (context.message().address().equals(ADDRESS)) {
                captured.compareAndSet(null, (Buffer) context.body());
              }
              context.next();
            });
    CaService node = CaService.over(mesh.bus(first, HeraldRole.NODE, "n1"));
    Await.result(
        node.issue(
            new CaService.IssueRequest(
                ByteString.of(Csr.create(TestAuthority.keys(), mesh.crypto())),
                new CaService.Subject.Caller(),
                Duration.ofHours(1))));
  }

  private void assertReplayed(Vertx at) {
    ReplyException refusal =
        (ReplyException) Await.failure(at.eventBus().request(ADDRESS, captured.get()));
    assertThat(BusFailure.of(refusal.failureCode())).contains(BusFailure.REPLAYED);
  }

  @Test
  void aControlNodeThatHasNotSeenItDoesNotAnswerItAgain() {
    try (Store store = SqliteStore.open(folder.resolve("herald.db"))) {
      serve(first, store, "c1");
      serve(second, store, "c2");
      askFirst();

      assertReplayed(second);
      assertReplayed(second);
      assertReplayed(first);
      assertThat(store.issuanceLog().size()).isEqualTo(1);
    }
  }

  @Test
  void aControlNodeThatWasStartedAgainDoesNotAnswerItAgain() {
    Path file = folder.resolve("herald.db");
    try (Store store = SqliteStore.open(file)) {
      serve(first, store, "c1");
      askFirst();
    }
    try (Store store = SqliteStore.open(file)) {
      serve(second, store, "c1");

      assertReplayed(second);
      assertThat(store.issuanceLog().size()).isEqualTo(1);
    }
  }

  @Test
  void whatChangesNothingIsAnsweredAlsoWhileNothingCanBeNoted() {
    try (Store store = SqliteStore.open(folder.resolve("herald.db"))) {
      serve(first, store, "c1");
      CaService node = CaService.over(mesh.bus(first, HeraldRole.NODE, "n1"));
      store.close();

      assertThat(Await.result(node.roots()).bundle().digest()).isEqualTo(mesh.bundle().digest());
      BusException refused =
          (BusException)
              Await.failure(
                  node.issue(
                      new CaService.IssueRequest(
                          ByteString.of(Csr.create(TestAuthority.keys(), mesh.crypto())),
                          new CaService.Subject.Caller(),
                          Duration.ofHours(1))));
      assertThat(refused.failure()).isEqualTo(BusFailure.NOT_READY);
    }
  }
}
