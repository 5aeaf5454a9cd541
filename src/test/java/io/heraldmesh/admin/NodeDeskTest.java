package io.heraldmesh.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.FakeClock;
import io.heraldmesh.bus.AdminCaller;
import io.heraldmesh.bus.AdminCertificates.RevokeRegistration;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.AuthorityCertificate.Kind;
import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeDeskTest {
  private static final AdminCaller ANN =
      new AdminCaller("spiffe://mesh.test/herald/operator/ann", HeraldRole.OPERATOR, "ann");

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00.400Z"));
  private final Store store = SqliteStore.inMemory();
  private final NodeDesk desk =
      new NodeDesk(store, Set.of("c1", "c2"), new AuditTrail(store.audit(), clock), clock);

  @AfterEach
  void close() {
    store.close();
  }

  private void registered(String account) {
    store.registrations().add(new Registration("n1", "shop", account, "test", clock.instant()));
  }

  @Test
  void aRevokedNameIsBlockedForAsLongAsClocksMayDifferAndNotLonger() {
    registered("web");
    assertThat(desk.revoke(ANN, new RevokeRegistration("n1", null)).revoked()).isTrue();
    Instant until = Instant.parse("2030-01-01T00:01:01Z");
    assertThat(desk.blocked("n1")).contains(until);
    assertThat(desk.blocked("n2")).isEmpty();
    assertThat(desk.revoke(ANN, new RevokeRegistration("n1", null)).revoked()).isFalse();

    clock.set(until.minusMillis(1));
    assertThat(desk.blocked("n1")).isPresent();
    clock.set(until);
    assertThat(desk.blocked("n1")).isEmpty();
    assertThat(store.registrations().voidBefore("n1")).contains(until);
  }

  /** Its intermediate may be good for most of a year; the node file says that it is gone. */
  @Test
  void aControlNodeThatNoNodeFileNamesAnyMoreIsDeletedLikeAnyNode() {
    for (String name : List.of("c2", "c3")) {
      store
          .authority()
          .put(
              new AuthorityCertificate(
                  name.repeat(32), Kind.ISSUER, Phase.ACTIVE, "pem", name, clock.instant()));
    }
    assertThat(desk.isControlNode("c3")).isTrue();
    assertThat(desk.revoke(ANN, new RevokeRegistration("c3", null)).revoked()).isTrue();
    assertThat(desk.isControlNode("c3")).isFalse();
    assertThat(desk.blocked("c3")).isPresent();
    assertThat(desk.revoke(ANN, new RevokeRegistration("c3", null)).revoked()).isFalse();

    assertThat(desk.revoke(ANN, new RevokeRegistration("c2", null)).revoked()).isFalse();
    assertThat(desk.isControlNode("c2")).as("still in the node file").isTrue();
    assertThat(desk.blocked("c2")).isEmpty();
  }

  @Test
  void oneWorkloadIsTakenBackWithoutTheNode() {
    registered("web");
    registered("cart");
    assertThat(desk.revoke(ANN, new RevokeRegistration("n1", "shop/web")).revoked()).isTrue();
    assertThat(desk.revoke(ANN, new RevokeRegistration("n1", "shop/web")).revoked()).isFalse();
    assertThat(store.registrations().of("n1")).hasSize(1);
    assertThat(desk.blocked("n1")).isEmpty();
    clock.advance(Duration.ofDays(1));
    assertThat(store.audit().list(0, 10))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.event().actor()).isEqualTo(ANN.name());
              assertThat(row.event().subject()).isEqualTo("node n1");
              assertThat(row.event().detail()).isEqualTo("shop/web");
            });
  }
}
