package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.bus.AdminAudit.AuditRequest;
import io.heraldmesh.bus.AdminCertificates.CertificatesRequest;
import io.heraldmesh.bus.AdminCertificates.InUseRequest;
import io.heraldmesh.bus.AdminCertificates.RegistrationsRequest;
import io.heraldmesh.bus.AdminCertificates.RevokeRegistration;
import io.heraldmesh.bus.AdminCertificates.Unreported;
import io.heraldmesh.bus.AdminNodes.AwaitRequest;
import io.heraldmesh.bus.AdminNodes.NodesRequest;
import io.heraldmesh.bus.AdminNodes.StatusRequest;
import io.heraldmesh.bus.AdminResources.DeleteRequest;
import io.heraldmesh.bus.AdminResources.Deleted;
import io.heraldmesh.bus.AdminResources.GetRequest;
import io.heraldmesh.bus.AdminResources.HistoryRequest;
import io.heraldmesh.bus.AdminResources.ListRequest;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.bus.AdminTokens.CreateToken;
import io.heraldmesh.bus.AdminTokens.RevokeToken;
import io.heraldmesh.bus.AdminTokens.TokensRequest;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.SharedKeySets.SharedKeySetsRequest;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.store.AuditLog;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may do what by the admin API: each role and each operation. */
@Timeout(120)
class AdminRightsTest extends AdminApi {
  private static final Set<HeraldRole> OPERATORS = Set.of(HeraldRole.OPERATOR, HeraldRole.ADMIN);
  private static final Set<HeraldRole> NODES_TOO =
      Set.of(HeraldRole.OPERATOR, HeraldRole.ADMIN, HeraldRole.NODE);

  /** One operation, and the roles that may do it. */
  private record Operation(
      String action, Set<HeraldRole> allowed, Function<AdminService, Future<?>> call) {}

  private static final List<Operation> OPERATIONS =
      List.of(
          new Operation(
              "resources.list",
              OPERATORS,
              s -> s.listResources(new ListRequest(null, null, false, null, 10))),
          new Operation("resources.get", OPERATORS, s -> s.getResource(new GetRequest(TARGET))),
          new Operation("resources.apply", OPERATORS, s -> s.apply(request(STRICT_ONLY))),
          new Operation(
              "resources.delete",
              OPERATORS,
              s -> s.delete(new DeleteRequest(List.of(new Deleted(TARGET, null)), false))),
          new Operation(
              "resources.history", OPERATORS, s -> s.history(new HistoryRequest(TARGET, null, 10))),
          new Operation("nodes.list", NODES_TOO, s -> s.nodes(new NodesRequest(null, false, 10))),
          new Operation("status", OPERATORS, s -> s.status(new StatusRequest())),
          new Operation("status.await", OPERATORS, s -> s.awaitInForce(new AwaitRequest("1.1", 0))),
          new Operation(
              "tokens.create",
              OPERATORS,
              s ->
                  s.createToken(
                      new CreateToken(
                          "n9", "node", List.of("shop/web"), List.of(), Duration.ofMinutes(10)))),
          new Operation("tokens.list", OPERATORS, s -> s.listTokens(new TokensRequest(null, 10))),
          new Operation(
              "tokens.revoke", OPERATORS, s -> s.revokeToken(new RevokeToken("0123456789abcdef"))),
          new Operation(
              "certificates.list",
              NODES_TOO,
              s -> s.certificates(new CertificatesRequest(null, null, 10))),
          new Operation(
              "certificates.inuse",
              NODES_TOO,
              s -> s.certificatesInUse(new InUseRequest(null, null, 10))),
          new Operation("keysets.list", OPERATORS, s -> s.keySets(new SharedKeySetsRequest())),
          new Operation(
              "registrations.list",
              NODES_TOO,
              s -> s.registrations(new RegistrationsRequest(null, 10))),
          new Operation(
              "registrations.revoke",
              OPERATORS,
              s -> s.revokeRegistration(new RevokeRegistration("n2", null))),
          new Operation("audit.list", OPERATORS, s -> s.audit(new AuditRequest(0, 10))));

  @Test
  void theTableNamesEveryOperationThereIs() {
    assertThat(OPERATIONS)
        .hasSize(
            (int)
                Arrays.stream(AdminService.class.getMethods())
                    .filter(m -> m.getReturnType() == Future.class)
                    .filter(m -> m.getParameterCount() == 1)
                    .count());
  }

  @ParameterizedTest
  @EnumSource(HeraldRole.class)
  void aRoleMayDoWhatTheTableSaysAndEveryRefusalIsInTheAuditLog(HeraldRole role) {
    apply(STRICT_ONLY);
    AdminService caller = as(role, "n1");
    for (Operation operation : OPERATIONS) {
      if (operation.allowed().contains(role)) {
        Await.result(operation.call().apply(caller));
      } else {
        BusException refusal = (BusException) Await.failure(operation.call().apply(caller));
        assertThat(refusal.failure())
            .as(role + " " + operation.action())
            .isEqualTo(BusFailure.FORBIDDEN);
        AuditLog.Entry row = store.audit().list(0, 1).getFirst();
        assertThat(row.event().actor())
            .isEqualTo("spiffe://mesh.test/herald/" + role.word() + "/n1");
        assertThat(row.event().action()).isEqualTo(operation.action());
        assertThat(row.event().outcome()).isEqualTo("refused");
      }
    }
    boolean changed = OPERATORS.contains(role);
    assertThat(store.resources().all().resources()).hasSize(changed ? 0 : 1);
    assertThat(store.tokens().all()).hasSize(changed ? 1 : 0);
    assertThat(store.registrations().of("n2")).hasSize(changed ? 0 : 1);
  }

  @Test
  void aNodeSeesItselfAndNothingElse() {
    upWithStore();
    AdminService n1 = as(HeraldRole.NODE, "n1");
    Await.result(CaService.over(web.bus).roots());
    assertThat(Await.result(n1.nodes(new NodesRequest(null, false, 10))).nodes())
        .singleElement()
        .satisfies(
            node -> {
              assertThat(node.name()).isEqualTo("n1");
              assertThat(node.inForce()).isTrue();
            });
    assertThat(Await.result(n1.registrations(new RegistrationsRequest(null, 10))).registrations())
        .singleElement()
        .satisfies(one -> assertThat(one.workload()).isEqualTo("shop/web"));
    assertThat(Await.result(operator.nodes(new NodesRequest(null, false, 10))).total())
        .isEqualTo(2);
    assertThat(Await.result(n1.certificatesInUse(new InUseRequest(null, null, 10))).unreported())
        .extracting(Unreported::node)
        .containsExactly("n1");
  }

  @Test
  void aNodeThatAsksForAnotherIsRefusedAndThatIsInTheAuditLog() {
    AdminService n1 = as(HeraldRole.NODE, "n1");
    for (Future<?> other :
        List.<Future<?>>of(
            n1.certificates(new CertificatesRequest("n2", null, 10)),
            n1.certificatesInUse(new InUseRequest("n2", null, 10)))) {
      BusException refusal = (BusException) Await.failure(other);
      assertThat(refusal.failure()).isEqualTo(BusFailure.FORBIDDEN);
      assertThat(refusal.detail()).contains("may see itself only");
    }
    assertThat(store.audit().list(0, 2))
        .extracting(row -> row.event().action())
        .containsExactlyInAnyOrder("certificates.list", "certificates.inuse");
    assertThat(Await.result(n1.certificatesInUse(new InUseRequest("n1", null, 10))).unreported())
        .extracting(Unreported::node)
        .containsExactly("n1");
  }
}
