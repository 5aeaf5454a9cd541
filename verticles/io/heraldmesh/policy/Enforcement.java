package io.heraldmesh.policy;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.TokenCache;
import io.heraldmesh.jwt.VerifiedToken;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@link WorkloadPolicy}, ready to decide. The only place that knows the order: the peer, the
 * form of the request and its normalized path, what v1alpha1 policies ask of the peer, tokens,
 * authorization. The proxy's filters and {@code explain} call this one method. Thread-safe;
 * replaced whole when the policy changes.
 */
public final class Enforcement {
  private static final String NOT_AUTHORIZED = "RBAC: access denied";

  /** Bounds what a refused request costs. */
  private static final int NEAREST_AMONG = 32;

  private static final TokenStep.Outcome NO_TOKENS =
      new TokenStep.Passed(List.of(), TokenChanges.NONE);

  private final WorkloadPolicy policy;
  private final PeerGate gate;
  private final Authorization authorization;
  private final @Nullable TokenStep tokens;
  private final AuthenticationSteps authentication;

  /**
   * Compiles {@code policy}.
   *
   * @param crypto checks the signatures of tokens
   * @throws IllegalArgumentException when a pattern in it cannot be compiled
   */
  public Enforcement(WorkloadPolicy policy, Crypto crypto) {
    this(policy, crypto, TokenCache.OFF);
  }

  /**
   * As {@link #Enforcement(WorkloadPolicy, Crypto)}.
   *
   * @param verified remembers tokens that passed, which changes what a decision costs and never
   *     what it is
   */
  public Enforcement(WorkloadPolicy policy, Crypto crypto, TokenCache verified) {
    this(policy, crypto, verified, NEAREST_AMONG);
  }

  private Enforcement(WorkloadPolicy policy, Crypto crypto, TokenCache verified, int nearestAmong) {
    this.policy = policy;
    this.gate = new PeerGate(policy);
    this.authorization = new Authorization(policy.authorization(), nearestAmong);
    this.tokens =
        policy.jwtRules().isEmpty() ? null : new TokenStep(policy.jwtRules(), crypto, verified);
    this.authentication = new AuthenticationSteps(policy.authentication(), crypto, verified);
  }

  /**
   * Decides the same, and looks for the {@linkplain Reason#nearest() nearest rule} among all there
   * are, which costs more the more there are: for explaining, not for traffic.
   *
   * @throws IllegalArgumentException when a pattern in {@code policy} cannot be compiled
   */
  public static Enforcement explaining(WorkloadPolicy policy, Crypto crypto) {
    return new Enforcement(policy, crypto, TokenCache.OFF, Integer.MAX_VALUE);
  }

  public WorkloadPolicy policy() {
    return policy;
  }

  /**
   * Decides on the connection alone, before anything is read from it: PeerAuthentication mode,
   * trust domain and form of the identity. {@link #decide} checks the same again, so that calling
   * this one only saves work.
   *
   * @return the refusal, status 0, or null when requests may be read
   */
  public Decision.@Nullable Denied refusal(Connection connection) {
    return switch (gate.admit(connection)) {
      case PeerGate.Refused(Reason reason, String principal) ->
          closed(reason, principal, List.of());
      case PeerGate.Admitted admitted -> null;
    };
  }

  /**
   * Whether the connection is good for nothing: no HTTP request on it can be allowed, whatever it
   * says. What depends on anything but the connection counts as allowed, so that null promises
   * nothing.
   *
   * @return the refusal that all of them get, or null
   */
  public Decision.@Nullable Denied refusalOfAll(Connection connection) {
    return switch (gate.admit(connection)) {
      case PeerGate.Refused(Reason reason, String principal) ->
          closed(reason, principal, List.of());
      case PeerGate.Admitted(Peer peer) -> {
        // with trusted proxies, the client's address is the request's matter
        Reason reason =
            policy.trustedProxies() > 0
                ? null
                : authorization.refusalOfAll(Facts.ofTcp(connection, peer));
        String principal = peer == null ? null : peer.principal();
        yield reason == null ? null : closed(reason, principal, List.of());
      }
    };
  }

  /**
   * Decides one request, or one TCP connection when {@code request} is null. Does no I/O; costs at
   * most {@value io.heraldmesh.jwt.TokenVerifier#MAX_KEYS_TRIED} signature checks per token found,
   * one as a rule and none for a token that is remembered.
   */
  public Decision decide(
      Connection connection, @Nullable RequestHead request, KeySets keys, Instant now) {
    return switch (gate.admit(connection)) {
      case PeerGate.Refused(Reason reason, String principal) ->
          closed(reason, principal, List.of());
      case PeerGate.Admitted(Peer peer) ->
          request == null
              ? decideTcp(connection, peer)
              : decideHttp(connection, peer, request, keys, now);
    };
  }

  private Decision decideTcp(Connection connection, @Nullable Peer peer) {
    String principal = peer == null ? null : peer.principal();
    AuthenticationStep step = authentication.of(connection.port());
    TokenStep.Refused refused = step == null ? null : step.peer(peer);
    if (refused != null) {
      return closed(refused.reason(), principal, List.of());
    }
    Facts facts = Facts.ofTcp(connection, peer);
    Authorization.Verdict verdict = authorization.decide(facts, List.of());
    List<Decision.DryRun> dryRun = authorization.report(facts, List.of());
    return verdict.allowed()
        ? new Decision.Allowed(
            null, null, List.of(), Set.of(), principal, null, dryRun, verdict.reason())
        : closed(verdict.reason(), principal, dryRun);
  }

  /**
   * The address of who sent a request: what trusted proxies say, without any the connection's.
   *
   * @param forwardedFor values of the request's X-Forwarded-For
   */
  public InetAddress client(Connection connection, List<String> forwardedFor) {
    return ClientAddress.of(forwardedFor, policy.trustedProxies(), connection.remoteIp());
  }

  private Decision decideHttp(
      Connection connection, @Nullable Peer peer, RequestHead request, KeySets keys, Instant now) {
    String principal = peer == null ? null : peer.principal();
    Reason fault = RequestForm.fault(request);
    if (fault != null) {
      return malformed(fault, principal);
    }
    Target target = target(request);
    if (target == null) {
      return malformed(RequestForm.PATH, principal);
    }
    return switch (authenticate(connection, peer, request, target, keys, now)) {
      case TokenStep.Refused(int status, String body, List<Header> headers, Reason reason) ->
          new Decision.Denied(
              status, body, headers, target.path(), principal, null, List.of(), reason);
      case TokenStep.Passed passed ->
          authorize(
              connection.ofClient(client(connection, request.forwardedFor())),
              peer,
              request,
              target,
              passed);
    };
  }

  /**
   * v1alpha1 policies and RequestAuthentication must both let it pass. Who the end user is, and
   * what becomes of the token, RequestAuthentication says where there is one.
   */
  private TokenStep.Outcome authenticate(
      Connection connection,
      @Nullable Peer peer,
      RequestHead request,
      Target target,
      KeySets keys,
      Instant now) {
    AuthenticationStep step = authentication.of(connection.port());
    TokenStep.Outcome refused = step == null ? null : step.peer(peer);
    if (refused != null) {
      return refused;
    }
    TokenStep.Outcome own = tokens == null ? NO_TOKENS : tokens.check(request, target, keys, now);
    if (step == null || own instanceof TokenStep.Refused) {
      return own;
    }
    TokenStep.Outcome origin = step.origin(peer, request, target, keys, now);
    return tokens == null || origin instanceof TokenStep.Refused ? origin : own;
  }

  private Decision authorize(
      Connection connection,
      @Nullable Peer peer,
      RequestHead request,
      Target target,
      TokenStep.Passed passed) {
    String principal = peer == null ? null : peer.principal();
    List<VerifiedToken> verified = passed.tokens();
    TokenChanges changes = passed.changes();
    String requestPrincipal = verified.isEmpty() ? null : verified.getFirst().principal();
    Facts facts = Facts.ofRequest(connection, peer, request, target, changes);
    Authorization.Verdict verdict = authorization.decide(facts, verified);
    List<Decision.DryRun> dryRun = authorization.report(facts, verified);
    if (verdict.allowed()) {
      return new Decision.Allowed(
          target.path(),
          target.without(changes.removeParams()),
          changes.headers(),
          changes.removeHeaders(),
          principal,
          requestPrincipal,
          dryRun,
          verdict.reason());
    }
    return new Decision.Denied(
        403,
        NOT_AUTHORIZED,
        List.of(),
        target.path(),
        principal,
        requestPrincipal,
        dryRun,
        verdict.reason());
  }

  /** {@code OPTIONS *} asks about the server as a whole and has no path to normalize. */
  private @Nullable Target target(RequestHead request) {
    String raw = request.target();
    return raw.equals("*") && request.method().equals("OPTIONS")
        ? new Target("*", "*")
        : Target.of(raw, policy.normalization());
  }

  private static Decision.Denied closed(
      Reason reason, @Nullable String principal, List<Decision.DryRun> dryRun) {
    return new Decision.Denied(0, "", List.of(), null, principal, null, dryRun, reason);
  }

  private static Decision.Denied malformed(Reason reason, @Nullable String principal) {
    return new Decision.Denied(
        400, "Bad Request", List.of(), null, principal, null, List.of(), reason);
  }
}
