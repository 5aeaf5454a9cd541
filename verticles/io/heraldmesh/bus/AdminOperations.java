package io.heraldmesh.bus;

import io.heraldmesh.identity.HeraldRole;
import io.vertx.core.Future;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What travels on the admin API's address, and who answers it. */
final class AdminOperations {
  static final String ADDRESS = "herald.admin";

  /** In front of each operation's name, as the type of its messages. */
  static final String PREFIX = "admin.";

  private static final int SMALL = 64 << 10;
  private static final int LISTED = 1 << 20;

  /** Of every operation: an answer that is too long leaves the asker without what was done. */
  static final int ANSWERED = 10 << 20;

  static final int APPLIED = 12 << 20;

  /** The operation's name in the type of a message; empty: it is another's. */
  static Optional<String> named(String type) {
    return type.startsWith(PREFIX)
        ? Optional.of(type.substring(PREFIX.length()))
        : Optional.empty();
  }

  /** Every role may ask: what it may do is decided, and logged, where the caller is known. */
  private static final Set<HeraldRole> CALLERS = EnumSet.allOf(HeraldRole.class);

  static final Operation<AdminResources.ListRequest, AdminResources.Page> LIST_RESOURCES =
      operation(
          "resources.list", AdminResources.ListRequest.class, AdminResources.Page.class, SMALL);

  static final Operation<AdminResources.GetRequest, AdminResources.Found> GET_RESOURCE =
      operation(
          "resources.get", AdminResources.GetRequest.class, AdminResources.Found.class, SMALL);

  static final Operation<AdminResources.ApplyRequest, AdminResources.ApplyAnswer> APPLY =
      operation(
              "resources.apply",
              AdminResources.ApplyRequest.class,
              AdminResources.ApplyAnswer.class,
              APPLIED)
          .withEffect();

  static final Operation<AdminResources.DeleteRequest, AdminResources.ApplyAnswer> DELETE =
      operation(
              "resources.delete",
              AdminResources.DeleteRequest.class,
              AdminResources.ApplyAnswer.class,
              LISTED)
          .withEffect();

  static final Operation<AdminResources.HistoryRequest, AdminResources.HistoryPage> HISTORY =
      operation(
          "resources.history",
          AdminResources.HistoryRequest.class,
          AdminResources.HistoryPage.class,
          SMALL);

  static final Operation<AdminNodes.NodesRequest, AdminNodes.NodePage> NODES =
      operation("nodes.list", AdminNodes.NodesRequest.class, AdminNodes.NodePage.class, SMALL);

  static final Operation<AdminNodes.StatusRequest, AdminNodes.Status> STATUS =
      operation("status", AdminNodes.StatusRequest.class, AdminNodes.Status.class, SMALL);

  static final Operation<AdminNodes.AwaitRequest, AdminNodes.InForce> AWAIT =
      operation("status.await", AdminNodes.AwaitRequest.class, AdminNodes.InForce.class, SMALL);

  static final Operation<AdminTokens.CreateToken, AdminTokens.CreatedToken> CREATE_TOKEN =
      operation(
              "tokens.create",
              AdminTokens.CreateToken.class,
              AdminTokens.CreatedToken.class,
              LISTED)
          .withEffect();

  static final Operation<AdminTokens.TokensRequest, AdminTokens.TokenPage> LIST_TOKENS =
      operation("tokens.list", AdminTokens.TokensRequest.class, AdminTokens.TokenPage.class, SMALL);

  static final Operation<AdminTokens.RevokeToken, AdminTokens.Revoked> REVOKE_TOKEN =
      operation("tokens.revoke", AdminTokens.RevokeToken.class, AdminTokens.Revoked.class, SMALL)
          .withEffect();

  static final Operation<AdminCertificates.CertificatesRequest, AdminCertificates.CertificatePage>
      CERTIFICATES =
          operation(
              "certificates.list",
              AdminCertificates.CertificatesRequest.class,
              AdminCertificates.CertificatePage.class,
              SMALL);

  static final Operation<AdminCertificates.InUseRequest, AdminCertificates.InUsePage>
      CERTIFICATES_IN_USE =
          operation(
              "certificates.inuse",
              AdminCertificates.InUseRequest.class,
              AdminCertificates.InUsePage.class,
              SMALL);

  static final Operation<SharedKeySets.SharedKeySetsRequest, SharedKeySets> KEY_SETS =
      operation(
          "keysets.list", SharedKeySets.SharedKeySetsRequest.class, SharedKeySets.class, SMALL);

  static final Operation<AdminCertificates.RegistrationsRequest, AdminCertificates.RegistrationPage>
      REGISTRATIONS =
          operation(
              "registrations.list",
              AdminCertificates.RegistrationsRequest.class,
              AdminCertificates.RegistrationPage.class,
              SMALL);

  static final Operation<
          AdminCertificates.RevokeRegistration, AdminCertificates.RevokedRegistration>
      REVOKE_REGISTRATION =
          operation(
                  "registrations.revoke",
                  AdminCertificates.RevokeRegistration.class,
                  AdminCertificates.RevokedRegistration.class,
                  SMALL)
              .withEffect();

  static final Operation<AdminAudit.AuditRequest, AdminAudit.AuditPage> AUDIT =
      operation("audit.list", AdminAudit.AuditRequest.class, AdminAudit.AuditPage.class, SMALL);

  private AdminOperations() {}

  private static <Q extends Record, A extends Record> Operation<Q, A> operation(
      String name, Class<Q> request, Class<A> answer, int mostRequestBytes) {
    return new Operation<>(
        ADDRESS,
        PREFIX + name,
        request,
        answer,
        CALLERS,
        Set.of(HeraldRole.ADMIN),
        mostRequestBytes,
        ANSWERED);
  }

  /** Does one kind of request for a caller whose identity was verified. */
  interface Handler<Q, A> {
    Future<A> handle(AdminCaller caller, Q request);
  }

  /** One kind of request and who answers it. */
  record Route<Q extends Record, A extends Record>(
      Operation<Q, A> operation, Handler<Q, A> handler) {

    SignedBus.Handling<Q, A> onBus() {
      return SignedBus.on(
          operation, (caller, request) -> handler.handle(AdminCaller.of(caller), request));
    }
  }

  /** Brings a request to a control node and its answer back. */
  interface Calls {
    <Q extends Record, A extends Record> Future<A> call(Operation<Q, A> operation, Q request);
  }

  static Calls over(SignedBus bus) {
    return new Calls() {
      @Override
      public <Q extends Record, A extends Record> Future<A> call(
          Operation<Q, A> operation, Q request) {
        return bus.call(operation, HeraldRole.ADMIN, request);
      }
    };
  }

  static List<Route<?, ?>> of(AdminService.Server server) {
    return List.of(
        new Route<>(LIST_RESOURCES, server::listResources),
        new Route<>(GET_RESOURCE, server::getResource),
        new Route<>(APPLY, server::apply),
        new Route<>(DELETE, server::delete),
        new Route<>(HISTORY, server::history),
        new Route<>(NODES, server::nodes),
        new Route<>(STATUS, server::status),
        new Route<>(AWAIT, server::awaitInForce),
        new Route<>(CREATE_TOKEN, server::createToken),
        new Route<>(LIST_TOKENS, server::listTokens),
        new Route<>(REVOKE_TOKEN, server::revokeToken),
        new Route<>(CERTIFICATES, server::certificates),
        new Route<>(CERTIFICATES_IN_USE, server::certificatesInUse),
        new Route<>(KEY_SETS, server::keySets),
        new Route<>(REGISTRATIONS, server::registrations),
        new Route<>(REVOKE_REGISTRATION, server::revokeRegistration),
        new Route<>(AUDIT, server::audit));
  }
}
