package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.ForwardedClientCert;
import io.heraldmesh.proxy.filter.Filters;
import io.heraldmesh.proxy.filter.InboundRequest;
import io.heraldmesh.proxy.filter.Verdict;
import io.heraldmesh.proxy.log.CalledService;
import io.heraldmesh.proxy.upstream.Choice;
import io.heraldmesh.proxy.upstream.Target;
import io.heraldmesh.tls.PeerIdentity;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpScheme;
import io.netty.util.AsciiString;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** In front of a workload's own service: policy decides every request. */
final class InboundGate implements Gate {
  private static final AsciiString CLIENT_CERT = AsciiString.cached(ForwardedClientCert.HEADER);
  private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
  private static final AsciiString FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");

  private final ListenerContext context;
  private final Workload workload;
  private final CalledService called;
  private final Connection connection;
  private final @Nullable PeerCheck peer;
  private final Choice app;
  private final Origin origin;
  private final @Nullable AsciiString clientCert;
  private final AsciiString remote;

  /**
   * @param own the workload's SPIFFE ID
   * @param peer null without mesh TLS
   */
  InboundGate(
      ListenerContext context,
      Workload workload,
      CalledService called,
      String own,
      Connection connection,
      @Nullable PeerCheck peer,
      Target app) {
    this.context = context;
    this.workload = workload;
    this.called = called;
    this.connection = connection;
    this.peer = peer;
    this.app = Choice.only(app);
    PeerIdentity identity = peer == null ? null : peer.identity();
    this.origin =
        new Origin(
            "destination",
            workload.toString(),
            identity == null ? null : identity.id().principal(),
            identity != null,
            Addresses.text(connection.sourceIp()),
            called);
    this.clientCert =
        identity == null
            ? null
            : AsciiString.cached(
                ForwardedClientCert.of(own, identity.leafHash(), identity.id()).toString());
    this.remote = AsciiString.cached(Addresses.text(connection.remoteIp()));
  }

  @Override
  public boolean allows(RequestTarget.Form form) {
    return switch (form) {
      case ORIGIN, ASTERISK, AUTHORITY -> true;
      // meant for a proxy; a service could take its host for another than the policy did
      case ABSOLUTE -> false;
    };
  }

  @Override
  public Admission admit(HttpHead head, @Nullable Authority authority, boolean http2) {
    Instant now = context.clock().instant();
    String withdrawn = peer == null ? null : peer.problem(now);
    if (withdrawn != null) {
      return Admission.Answer.of(0, "", withdrawn, "the caller's identity no longer holds", "-");
    }
    Enforcement enforcement = context.inForce().get().enforcement(workload);
    if (enforcement == null) {
      return Admission.Answer.of(0, "", "no_policy", "no snapshot is in force", "-");
    }
    return switch (Filters.inbound(
        new InboundRequest(connection, head, enforcement, context.keySets().get(), now))) {
      case Verdict.Pass pass -> new Admission.Forward(pass.permit(), app, called);
      case Verdict.Refuse refuse -> new Admission.Answer(refuse.decision(), "-", null);
    };
  }

  @Override
  public Standing standing(
      IncomingRequest request,
      Choice choice,
      Instant decidedAt,
      Supplier<@Nullable Channel> upstream) {
    return new RequestStanding(context, workload, connection, request.asDecided(), decidedAt);
  }

  @Override
  public void mark(HttpHeaders headers, List<String> forwardedFor) {
    if (clientCert != null) {
      headers.set(CLIENT_CERT, clientCert);
    }
    headers.set(FORWARDED_FOR, forwardedFor.isEmpty() ? remote : client(forwardedFor));
    headers.set(FORWARDED_PROTO, HttpScheme.HTTP.name());
  }

  private CharSequence client(List<String> forwardedFor) {
    Enforcement enforcement = context.inForce().get().enforcement(workload);
    return enforcement == null
        ? remote
        : Addresses.text(enforcement.client(connection, forwardedFor));
  }

  @Override
  public Origin origin() {
    return origin;
  }
}
