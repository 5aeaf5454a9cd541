package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.heraldmesh.bus.AdminCertificates.RevokeRegistration;
import io.heraldmesh.bus.AdminNodes;
import io.heraldmesh.bus.AdminNodes.AwaitRequest;
import io.heraldmesh.bus.AdminNodes.InForce;
import io.heraldmesh.bus.AdminNodes.NodesRequest;
import io.heraldmesh.bus.AdminResources.Outcome;
import io.heraldmesh.bus.AdminTokens;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.store.Registration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On which nodes a change is in force, and which are named because it is not. */
@Timeout(120)
class AdminInForceTest extends AdminApi {
  private final java.util.concurrent.atomic.AtomicInteger lost =
      new java.util.concurrent.atomic.AtomicInteger();

  @Test
  void whatIsNotYetCompiledIsNotInForceThoughNoNodeLags() {
    upWithStore();
    distributing = false;
    Outcome.Applied applied = (Outcome.Applied) apply(STRICT_ONLY);

    InForce answer = Await.result(operator.awaitInForce(new AwaitRequest(applied.revision(), 300)));
    assertThat(answer.reached()).isFalse();
    assertThat(answer.inForce()).isEqualTo(answer.nodes());
    assertThat(answer.problem()).startsWith("the resources are being compiled");
    var status = Await.result(operator.status(new AdminNodes.StatusRequest()));
    assertThat(status.stored()).isEqualTo(applied.revision());
    assertThat(status.compiled()).isNotEqualTo(applied.revision());

    distributing = true;
    lead();
    assertThat(inForce(applied).reached()).isTrue();
  }

  @Test
  void aNodeThatRefusesIsNamedWithItsReason() {
    upWithStore();
    web.refusal = new IllegalStateException("no room");

    InForce answer = inForce((Outcome.Applied) apply(STRICT_ONLY));

    assertThat(answer.reached()).isFalse();
    assertThat(answer.inForce()).isEqualTo(1);
    assertThat(answer.laggards())
        .singleElement()
        .satisfies(
            node -> {
              assertThat(node.name()).isEqualTo("n1");
              assertThat(node.reason()).contains("refused", "no room");
            });
  }

  @Test
  void aNodeThatIsNotThereIsNamedUntilItsRegistrationIsTakenBack() {
    upWithStore();
    store.registrations().add(new Registration("n7", "shop", "gone", "test", clock.instant()));
    Outcome.Applied applied = (Outcome.Applied) apply(STRICT_ONLY);
    assertThat(inForce(applied).laggards())
        .extracting(AdminNodes.Node::name, AdminNodes.Node::reason)
        .containsExactly(
            tuple(
                "n7",
                "not heard of since this control plane started; start it, or revoke its"
                    + " registration"));

    assertThat(
            Await.result(operator.revokeRegistration(new RevokeRegistration("n7", null))).revoked())
        .isTrue();

    assertThat(inForce(applied).reached()).isTrue();
    assertThat(Await.result(operator.nodes(new NodesRequest(null, false, 10))).total())
        .isEqualTo(2);
  }

  @Test
  void aNodeThatTookItsLeaveIsWaitedForByNobodyAndNamedUntilItIsBack() {
    upWithStore();
    Await.result(client.subscriber.withdraw());

    InForce answer = inForce((Outcome.Applied) apply(STRICT_ONLY));
    assertThat(answer.reached()).isTrue();
    assertThat(answer.nodes()).isEqualTo(1);
    assertThat(answer.laggards()).isEmpty();
    assertThat(Await.result(operator.nodes(new NodesRequest(null, true, 10))).nodes()).isEmpty();
    assertThat(Await.result(operator.status(new AdminNodes.StatusRequest())).left())
        .singleElement()
        .satisfies(
            node -> {
              assertThat(node.name()).isEqualTo("n2");
              assertThat(node.left()).isNotNull();
              assertThat(node.reason()).startsWith("took its leave at ");
            });

    DistributorService again = DistributorService.over(client.bus);
    long last = Await.result(again.lastSequence());
    Await.result(again.announce(new Announcement(last + 1, List.of(workload("client", true)))));
    assertThat(Await.result(operator.status(new AdminNodes.StatusRequest())).left()).isEmpty();
  }

  @Test
  void aRevokedNodeGetsNoTokenForAMinute() {
    upWithStore();
    assertThat(
            Await.result(operator.revokeRegistration(new RevokeRegistration("n2", null))).revoked())
        .isTrue();
    AdminTokens.CreateToken request =
        new AdminTokens.CreateToken("n2", "node", List.of(), List.of(), Duration.ofMinutes(10));
    assertThat(Await.failure(operator.createToken(request)))
        .isInstanceOfSatisfying(
            BusException.class,
            e -> {
              assertThat(e.failure()).isEqualTo(BusFailure.FORBIDDEN);
              assertThat(e.detail()).contains("n2 was revoked", "can be made from ", ".000Z on");
            });
  }

  @Test
  void aNodeThatLosesItsRegistrationElsewhereIsNotCountedAndNotTakenBack() {
    upWithStore();
    registrations = new Registrations(Map.of("n1", Set.of(new WorkloadIdentity("shop", "web"))));

    Await.until("only n1 is left", () -> Await.result(distributor.status()).nodes().size() == 1);
    Await.result(client.subscriber.ask().otherwiseEmpty());
    var status = Await.result(distributor.status());
    assertThat(status.nodes()).extracting(node -> node.name()).containsExactly("n1");
    assertThat(status.problems())
        .anySatisfy(problem -> assertThat(problem).contains("n2", "not registered"));
  }

  @Test
  void aLostAcknowledgementIsNotMissedForever() {
    upWithStore();
    Outcome.Applied applied = (Outcome.Applied) apply(STRICT_ONLY);
    assertThat(inForce(applied).reached()).isTrue();
    vertx.eventBus().addInboundInterceptor(this::loseAcknowledgements);

    Outcome.Applied more = (Outcome.Applied) apply(PERMISSIVE);
    Await.until("in force though nobody was told", () -> web.mode() == MtlsMode.PERMISSIVE);
    Await.until(
        "asked and found to have it",
        () -> {
          Await.result(web.subscriber.ask());
          Await.result(client.subscriber.ask());
          return inForce(more).reached();
        });
  }

  private void loseAcknowledgements(io.vertx.core.eventbus.DeliveryContext<Object> context) {
    if (context.body() instanceof io.vertx.core.buffer.Buffer bytes
        && bytes
            .toString(java.nio.charset.StandardCharsets.ISO_8859_1)
            .contains("config.acknowledge")
        && lost.getAndIncrement() < 2) {
      return;
    }
    context.next();
  }
}
