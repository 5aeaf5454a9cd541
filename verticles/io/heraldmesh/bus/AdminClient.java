package io.heraldmesh.bus;

import io.heraldmesh.bus.AdminAudit.AuditPage;
import io.heraldmesh.bus.AdminAudit.AuditRequest;
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
import io.heraldmesh.bus.AdminResources.ApplyAnswer;
import io.heraldmesh.bus.AdminResources.ApplyRequest;
import io.heraldmesh.bus.AdminResources.DeleteRequest;
import io.heraldmesh.bus.AdminResources.Found;
import io.heraldmesh.bus.AdminResources.GetRequest;
import io.heraldmesh.bus.AdminResources.HistoryPage;
import io.heraldmesh.bus.AdminResources.HistoryRequest;
import io.heraldmesh.bus.AdminResources.ListRequest;
import io.heraldmesh.bus.AdminTokens.CreateToken;
import io.heraldmesh.bus.AdminTokens.CreatedToken;
import io.heraldmesh.bus.AdminTokens.RevokeToken;
import io.heraldmesh.bus.AdminTokens.Revoked;
import io.heraldmesh.bus.AdminTokens.TokenPage;
import io.heraldmesh.bus.AdminTokens.TokensRequest;
import io.heraldmesh.bus.SharedKeySets.SharedKeySetsRequest;
import io.vertx.core.Future;

/** The admin API as a caller sees it, by whatever way its requests go. */
record AdminClient(AdminOperations.Calls calls) implements AdminService {

  @Override
  public Future<AdminResources.Page> listResources(ListRequest request) {
    return calls.call(AdminOperations.LIST_RESOURCES, request);
  }

  @Override
  public Future<Found> getResource(GetRequest request) {
    return calls.call(AdminOperations.GET_RESOURCE, request);
  }

  @Override
  public Future<ApplyAnswer> apply(ApplyRequest request) {
    return calls.call(AdminOperations.APPLY, request);
  }

  @Override
  public Future<ApplyAnswer> delete(DeleteRequest request) {
    return calls.call(AdminOperations.DELETE, request);
  }

  @Override
  public Future<HistoryPage> history(HistoryRequest request) {
    return calls.call(AdminOperations.HISTORY, request);
  }

  @Override
  public Future<NodePage> nodes(NodesRequest request) {
    return calls.call(AdminOperations.NODES, request);
  }

  @Override
  public Future<Status> status(StatusRequest request) {
    return calls.call(AdminOperations.STATUS, request);
  }

  @Override
  public Future<InForce> awaitInForce(AwaitRequest request) {
    return calls.call(AdminOperations.AWAIT, request);
  }

  @Override
  public Future<CreatedToken> createToken(CreateToken request) {
    return calls.call(AdminOperations.CREATE_TOKEN, request);
  }

  @Override
  public Future<TokenPage> listTokens(TokensRequest request) {
    return calls.call(AdminOperations.LIST_TOKENS, request);
  }

  @Override
  public Future<Revoked> revokeToken(RevokeToken request) {
    return calls.call(AdminOperations.REVOKE_TOKEN, request);
  }

  @Override
  public Future<CertificatePage> certificates(CertificatesRequest request) {
    return calls.call(AdminOperations.CERTIFICATES, request);
  }

  @Override
  public Future<InUsePage> certificatesInUse(InUseRequest request) {
    return calls.call(AdminOperations.CERTIFICATES_IN_USE, request);
  }

  @Override
  public Future<SharedKeySets> keySets(SharedKeySetsRequest request) {
    return calls.call(AdminOperations.KEY_SETS, request);
  }

  @Override
  public Future<RegistrationPage> registrations(RegistrationsRequest request) {
    return calls.call(AdminOperations.REGISTRATIONS, request);
  }

  @Override
  public Future<RevokedRegistration> revokeRegistration(RevokeRegistration request) {
    return calls.call(AdminOperations.REVOKE_REGISTRATION, request);
  }

  @Override
  public Future<AuditPage> audit(AuditRequest request) {
    return calls.call(AdminOperations.AUDIT, request);
  }
}
