package io.heraldmesh.admin;

import io.heraldmesh.bus.AdminAudit.AuditPage;
import io.heraldmesh.bus.AdminAudit.AuditRequest;
import io.heraldmesh.bus.AdminAudit.Entry;
import io.heraldmesh.bus.AdminCaller;
import io.heraldmesh.bus.AdminCertificates.Certificate;
import io.heraldmesh.bus.AdminCertificates.CertificatePage;
import io.heraldmesh.bus.AdminCertificates.CertificatesRequest;
import io.heraldmesh.bus.AdminCertificates.InUsePage;
import io.heraldmesh.bus.AdminCertificates.InUseRequest;
import io.heraldmesh.bus.AdminCertificates.RegistrationPage;
import io.heraldmesh.bus.AdminCertificates.RegistrationsRequest;
import io.heraldmesh.bus.AdminCertificates.RevokeRegistration;
import io.heraldmesh.bus.AdminCertificates.RevokedRegistration;
import io.heraldmesh.bus.AdminNodes.AwaitRequest;
import io.heraldmesh.bus.AdminNodes.InForce;
import io.heraldmesh.bus.AdminNodes.NodePage;
import io.heraldmesh.bus.AdminNodes.NodesRequest;
import io.heraldmesh.bus.AdminNodes.Status;
import io.heraldmesh.bus.AdminNodes.StatusRequest;
import io.heraldmesh.bus.AdminRefusals;
import io.heraldmesh.bus.AdminResources;
import io.heraldmesh.bus.AdminResources.ApplyAnswer;
import io.heraldmesh.bus.AdminResources.ApplyRequest;
import io.heraldmesh.bus.AdminResources.DeleteRequest;
import io.heraldmesh.bus.AdminResources.Found;
import io.heraldmesh.bus.AdminResources.GetRequest;
import io.heraldmesh.bus.AdminResources.HistoryPage;
import io.heraldmesh.bus.AdminResources.HistoryRequest;
import io.heraldmesh.bus.AdminResources.ListRequest;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.bus.AdminTokens.CreateToken;
import io.heraldmesh.bus.AdminTokens.CreatedToken;
import io.heraldmesh.bus.AdminTokens.RevokeToken;
import io.heraldmesh.bus.AdminTokens.Revoked;
import io.heraldmesh.bus.AdminTokens.TokenPage;
import io.heraldmesh.bus.AdminTokens.TokensRequest;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.SharedKeySets.SharedKeySetsRequest;
import io.heraldmesh.bus.TimeText;
import io.heraldmesh.store.Store;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The admin API's other end: decides whether a caller may, checks the bounds of what it asks, and
 * has it done. Every refusal is in the audit log before it is answered.
 */
final class AdminDesk implements AdminService.Server {
  private final Store store;
  private final ResourceDesk resources;
  private final ResourceCatalog catalog;
  private final NodeViews nodes;
  private final MeshView mesh;
  private final HeldCertificates certificates;
  private final CertificatesInUse inUse;
  private final TokenDesk tokens;
  private final NodeDesk registered;
  private final AuditTrail audit;
  private final AdminWork work = new AdminWork();

  AdminDesk(
      Store store,
      ResourceDesk resources,
      ResourceCatalog catalog,
      MeshView mesh,
      HeldCertificates certificates,
      CertificatesInUse inUse,
      TokenDesk tokens,
      NodeDesk registered,
      AuditTrail audit) {
    this.store = store;
    this.resources = resources;
    this.catalog = catalog;
    this.nodes = new NodeViews(mesh, store, resources.acceptance()::last);
    this.mesh = mesh;
    this.certificates = certificates;
    this.inUse = inUse;
    this.tokens = tokens;
    this.registered = registered;
    this.audit = audit;
  }

  @Override
  public Future<AdminResources.Page> listResources(AdminCaller caller, ListRequest request) {
    return allowed(
        caller,
        AdminRights.RESOURCES_LIST,
        () -> {
          Bounds.page(request.most());
          Bounds.name("kind", request.kind());
          Bounds.name("namespace", request.namespace());
          return catalog.list(request);
        });
  }

  @Override
  public Future<Found> getResource(AdminCaller caller, GetRequest request) {
    return allowed(
        caller,
        AdminRights.RESOURCES_GET,
        () -> {
          Bounds.target(request.target());
          return catalog.get(request.target());
        });
  }

  @Override
  public Future<ApplyAnswer> apply(AdminCaller caller, ApplyRequest request) {
    return allowed(caller, AdminRights.RESOURCES_APPLY, () -> resources.apply(caller, request));
  }

  @Override
  public Future<ApplyAnswer> delete(AdminCaller caller, DeleteRequest request) {
    return allowed(caller, AdminRights.RESOURCES_DELETE, () -> resources.delete(caller, request));
  }

  @Override
  public Future<HistoryPage> history(AdminCaller caller, HistoryRequest request) {
    return allowed(
        caller,
        AdminRights.RESOURCES_HISTORY,
        () -> {
          Bounds.target(request.target());
          Bounds.within("most", request.most(), 1, 50);
          return catalog.history(
              request.target(),
              request.before() == null ? null : Bounds.version(request.before()),
              request.most());
        });
  }

  @Override
  public Future<NodePage> nodes(AdminCaller caller, NodesRequest request) {
    return allowed(
        caller,
        AdminRights.NODES_LIST,
        () -> {
          Bounds.page(request.most());
          return nodes.page(self(caller), request.after(), request.laggards(), request.most());
        });
  }

  @Override
  public Future<Status> status(AdminCaller caller, StatusRequest request) {
    return allowed(caller, AdminRights.STATUS, () -> nodes.summary(inUse.view(null)));
  }

  @Override
  public Future<InForce> awaitInForce(AdminCaller caller, AwaitRequest request) {
    return allowed(
        caller,
        AdminRights.STATUS_AWAIT,
        () -> {
          Bounds.within("withinMillis", request.withinMillis(), 0, 3000);
          return nodes.await(Bounds.version(request.revision()), request.withinMillis());
        });
  }

  @Override
  public Future<CreatedToken> createToken(AdminCaller caller, CreateToken request) {
    return allowed(
        caller,
        AdminRights.TOKENS_CREATE,
        () -> {
          Bounds.token(request);
          Optional<String> why = whyNoToken(request.node());
          if (why.isPresent()) {
            throw refusal(
                caller,
                AdminRights.TOKENS_CREATE,
                new BusException(BusFailure.FORBIDDEN, why.get()));
          }
          return tokens.create(caller, request);
        });
  }

  private Optional<String> whyNoToken(String node) {
    if (registered.isControlNode(node)) {
      return Optional.of(
          node
              + " is a control node: it signs its own identity, and nobody joins under its name;"
              + " say another --node, or, when it is taken out of spec.cluster.members for good,"
              + " herald delete node "
              + node);
    }
    return registered
        .blocked(node)
        .map(
            until ->
                "node "
                    + node
                    + " was revoked; a token for it can be made from "
                    + TimeText.of(until)
                    + " on");
  }

  @Override
  public Future<TokenPage> listTokens(AdminCaller caller, TokensRequest request) {
    return allowed(
        caller,
        AdminRights.TOKENS_LIST,
        () -> {
          Bounds.page(request.most());
          return tokens.list(request.after(), request.most());
        });
  }

  @Override
  public Future<Revoked> revokeToken(AdminCaller caller, RevokeToken request) {
    return allowed(
        caller,
        AdminRights.TOKENS_REVOKE,
        () -> {
          Bounds.name("id", request.id());
          return new Revoked(tokens.revoke(caller, request.id()));
        });
  }

  @Override
  public Future<CertificatePage> certificates(AdminCaller caller, CertificatesRequest request) {
    return allowed(
        caller,
        AdminRights.CERTIFICATES_LIST,
        () -> {
          Bounds.page(request.most());
          String only = asked(caller, AdminRights.CERTIFICATES_LIST, request.node());
          List<Certificate> all =
              certificates.all().stream()
                  .filter(c -> only == null || only.equals(c.node()))
                  .toList();
          String after = request.after();
          List<Certificate> left =
              all.stream()
                  .filter(c -> after == null || HeldCertificates.key(c).compareTo(after) > 0)
                  .toList();
          List<Certificate> page = left.subList(0, Math.min(left.size(), request.most()));
          return new CertificatePage(
              all.size(),
              page,
              page.size() < left.size() ? HeldCertificates.key(page.getLast()) : null);
        });
  }

  @Override
  public Future<InUsePage> certificatesInUse(AdminCaller caller, InUseRequest request) {
    return allowed(
        caller,
        AdminRights.CERTIFICATES_IN_USE,
        () -> {
          Bounds.page(request.most());
          String only = asked(caller, AdminRights.CERTIFICATES_IN_USE, request.node());
          return inUse.view(only).page(request);
        });
  }

  @Override
  public Future<SharedKeySets> keySets(AdminCaller caller, SharedKeySetsRequest request) {
    return allowed(caller, AdminRights.KEY_SETS_LIST, new MeshAnswers(mesh)::keySets);
  }

  @Override
  public Future<RegistrationPage> registrations(AdminCaller caller, RegistrationsRequest request) {
    return allowed(
        caller,
        AdminRights.REGISTRATIONS_LIST,
        () -> {
          Bounds.page(request.most());
          return registered.list(self(caller), request);
        });
  }

  @Override
  public Future<RevokedRegistration> revokeRegistration(
      AdminCaller caller, RevokeRegistration request) {
    return this.<RevokedRegistration>allowed(
            caller,
            AdminRights.REGISTRATIONS_REVOKE,
            () -> {
              Bounds.name("node", request.node());
              Bounds.name("workload", request.workload());
              return registered.revoke(caller, request);
            })
        .compose(
            revoked ->
                revoked.revoked() || revoked.voidBefore() != null
                    ? mesh.registrationTaken(request.node()).map(revoked)
                    : Future.succeededFuture(revoked));
  }

  @Override
  public Future<AuditPage> audit(AdminCaller caller, AuditRequest request) {
    return allowed(
        caller,
        AdminRights.AUDIT_LIST,
        () -> {
          Bounds.page(request.most());
          List<Entry> entries =
              store.audit().list(request.before(), request.most()).stream()
                  .map(
                      row ->
                          new Entry(
                              row.number(),
                              row.event().at(),
                              row.event().actor(),
                              row.event().action(),
                              row.event().subject(),
                              row.event().outcome(),
                              row.event().detail()))
                  .toList();
          boolean end = entries.size() < request.most() || entries.getLast().number() == 1;
          return new AuditPage(entries, end ? 0 : entries.getLast().number());
        });
  }

  /** Whoever sent it is not known, so that it cannot be named; the bus logs what it claimed. */
  @Override
  public void refused(BusFailure failure) {
    audit.refused(
        AdminRefusals.UNAUTHENTICATED, AdminRights.UNKNOWN, AdminService.ADDRESS, failure.name());
  }

  @Override
  public void revoked(String signer, String asked) {
    audit.refused(signer, AdminRights.known(asked), AdminService.ADDRESS, "REVOKED");
  }

  /** The one node that {@code caller} may see; null: all. */
  private static @Nullable String self(AdminCaller caller) {
    return AdminRights.seesItselfOnly(caller.role()) ? caller.self() : null;
  }

  /** The one node that is shown of those that {@code caller} may see; null: all. */
  private @Nullable String asked(AdminCaller caller, AdminRights right, @Nullable String node)
      throws BusException {
    String self = self(caller);
    if (self != null && node != null && !self.equals(node)) {
      throw refusal(
          caller,
          right,
          new BusException(BusFailure.FORBIDDEN, caller.name() + " may see itself only"));
    }
    return self == null ? node : self;
  }

  private <T> Future<T> allowed(AdminCaller caller, AdminRights right, Callable<T> request) {
    return work.run(
        () -> {
          if (!right.allow(caller.role())) {
            throw refusal(
                caller,
                right,
                new BusException(
                    BusFailure.FORBIDDEN, caller.name() + " may not " + right.action()));
          }
          try {
            return request.call();
          } catch (Bounds.Exceeded e) {
            throw refusal(caller, right, new BusException(BusFailure.MALFORMED, e.getMessage()));
          }
        });
  }

  private BusException refusal(AdminCaller caller, AdminRights right, BusException refusal) {
    audit.refused(caller.name(), right.action(), "", refusal.detail()).join();
    return refusal;
  }
}
