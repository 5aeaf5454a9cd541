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

/**
 * The admin API of a control node, for operators, for other control nodes, and for nodes as far as
 * they see themselves; docs/admin-api.md says who may what. Who asks is read from the signature, or
 * from what the system says of a local process, never from the message. Every change and every
 * refusal is in the audit log before it is answered. Failures are {@link BusException}s: {@link
 * BusFailure#FORBIDDEN} when the caller may not, {@link BusFailure#MALFORMED} when a value is out
 * of its bounds, {@link BusFailure#NOT_READY} when the database is away. An answer that was lost
 * says nothing about the change: all requests may be repeated.
 */
public interface AdminService {

  /** Where it is answered. */
  String ADDRESS = AdminOperations.ADDRESS;

  /** The largest envelope of a request, and of an answer. */
  int MOST_REQUEST_BYTES = AdminOperations.APPLIED;

  int MOST_ANSWER_BYTES = AdminOperations.ANSWERED;

  /** The most that one page holds. */
  int PAGE = 500;

  /** Resources, those of a watched folder too. */
  Future<AdminResources.Page> listResources(ListRequest request);

  /** One resource with its YAML. */
  Future<Found> getResource(GetRequest request);

  /**
   * Creates and changes resources: all of them, or none. They are compiled and checked together
   * with what is there first. When the answer says that they are applied, they are on disk.
   */
  Future<ApplyAnswer> apply(ApplyRequest request);

  /** Deletes resources: all of them, or none; checked as by {@link #apply}. */
  Future<ApplyAnswer> delete(DeleteRequest request);

  /** What one resource was, and who made it so. */
  Future<HistoryPage> history(HistoryRequest request);

  /** Nodes, and whether what should be in force there is. */
  Future<NodePage> nodes(NodesRequest request);

  /** How all fares, at a glance. */
  Future<Status> status(StatusRequest request);

  /** Waits, for a short time, for a change to be in force; to be asked again while it is not. */
  Future<InForce> awaitInForce(AwaitRequest request);

  /** Makes a one-use token with which a node may join. */
  Future<CreatedToken> createToken(CreateToken request);

  /** Tokens, used ones too, without their secrets. */
  Future<TokenPage> listTokens(TokensRequest request);

  /** Takes back a token that nobody has used. */
  Future<Revoked> revokeToken(RevokeToken request);

  /** The newest certificates that were issued, whatever became of them. */
  Future<CertificatePage> certificates(CertificatesRequest request);

  /** The certificates that are in use, as nodes say themselves. */
  Future<InUsePage> certificatesInUse(InUseRequest request);

  /** How fresh the key sets are that are fetched for the mesh. */
  Future<SharedKeySets> keySets(SharedKeySetsRequest request);

  /** What may run where. */
  Future<RegistrationPage> registrations(RegistrationsRequest request);

  /**
   * Lets something run on a node no longer. Certificates that it has stay valid until they end,
   * which is soon; none is issued or renewed. Tokens that nobody used and that would give it again
   * are void.
   */
  Future<RevokedRegistration> revokeRegistration(RevokeRegistration request);

  /** What was done and refused. */
  Future<AuditPage> audit(AuditRequest request);

  /** What a control node does for a caller whose identity was verified; what it may is not yet. */
  interface Server {

    /**
     * @see AdminService#listResources
     */
    Future<AdminResources.Page> listResources(AdminCaller caller, ListRequest request);

    /**
     * @see AdminService#getResource
     */
    Future<Found> getResource(AdminCaller caller, GetRequest request);

    /**
     * @see AdminService#apply
     */
    Future<ApplyAnswer> apply(AdminCaller caller, ApplyRequest request);

    /**
     * @see AdminService#delete
     */
    Future<ApplyAnswer> delete(AdminCaller caller, DeleteRequest request);

    /**
     * @see AdminService#history
     */
    Future<HistoryPage> history(AdminCaller caller, HistoryRequest request);

    /**
     * @see AdminService#nodes
     */
    Future<NodePage> nodes(AdminCaller caller, NodesRequest request);

    /**
     * @see AdminService#status
     */
    Future<Status> status(AdminCaller caller, StatusRequest request);

    /**
     * @see AdminService#awaitInForce
     */
    Future<InForce> awaitInForce(AdminCaller caller, AwaitRequest request);

    /**
     * @see AdminService#createToken
     */
    Future<CreatedToken> createToken(AdminCaller caller, CreateToken request);

    /**
     * @see AdminService#listTokens
     */
    Future<TokenPage> listTokens(AdminCaller caller, TokensRequest request);

    /**
     * @see AdminService#revokeToken
     */
    Future<Revoked> revokeToken(AdminCaller caller, RevokeToken request);

    /**
     * @see AdminService#certificates
     */
    Future<CertificatePage> certificates(AdminCaller caller, CertificatesRequest request);

    /**
     * @see AdminService#certificatesInUse
     */
    Future<InUsePage> certificatesInUse(AdminCaller caller, InUseRequest request);

    /**
     * @see AdminService#keySets
     */
    Future<SharedKeySets> keySets(AdminCaller caller, SharedKeySetsRequest request);

    /**
     * @see AdminService#registrations
     */
    Future<RegistrationPage> registrations(AdminCaller caller, RegistrationsRequest request);

    /**
     * @see AdminService#revokeRegistration
     */
    Future<RevokedRegistration> revokeRegistration(AdminCaller caller, RevokeRegistration request);

    /**
     * @see AdminService#audit
     */
    Future<AuditPage> audit(AdminCaller caller, AuditRequest request);

    /** Told of each message that was refused before it was known who sent it. */
    void refused(BusFailure failure);

    /**
     * Told of each message whose signer is revoked.
     *
     * @param signer the SPIFFE ID as verified
     * @param asked the operation that the message names; may be anything
     */
    void revoked(String signer, String asked);
  }

  /** Whatever control node answers first at the other end of {@code bus}. */
  static AdminService over(SignedBus bus) {
    return new AdminClient(AdminOperations.over(bus));
  }

  /**
   * The control node at the other end of a local connection.
   *
   * @param exchange sends a request and brings its answer, see {@link AdminFrames}
   */
  static AdminService over(AdminFrames.Exchange exchange) {
    return new AdminClient(AdminFrames.over(exchange));
  }

  /**
   * Offers {@code server} on {@code bus}; completes when it can be reached.
   *
   * @param once shared by all that have the role
   */
  static Future<SignedBus.Registration> serve(SignedBus bus, OnceOnly once, Server server) {
    return bus.serve(
        (why, type) -> told(server, why, type),
        once,
        AdminOperations.of(server).stream()
            .map(AdminOperations.Route::onBus)
            .toArray(SignedBus.Handling[]::new));
  }

  private static void told(Server server, BusException why, String type) {
    String signer = why.signer();
    if (signer == null) {
      server.refused(why.failure());
    } else {
      server.revoked(signer, AdminOperations.named(type).orElse(""));
    }
  }
}
