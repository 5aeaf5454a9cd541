package io.heraldmesh.link;

import com.google.protobuf.ByteString;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.link.proto.AdminAnswer;
import io.heraldmesh.link.proto.AdminGrpcClient;
import io.heraldmesh.link.proto.AdminRequest;
import io.heraldmesh.tls.PartTls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The admin API of control nodes elsewhere, as if it answered on this process's own bus. The server
 * must be a control node of the caller's trust domain; what it answers is believed for its
 * signature only. Ends with {@code vertx}.
 */
public final class AdminLink {
  private static final Set<HeraldRole> CONTROL =
      EnumSet.of(HeraldRole.CONFIG, HeraldRole.CA, HeraldRole.ADMIN);
  private static final int CONNECT_MILLIS = 5000;

  private final Vertx vertx;
  private final GrpcClient grpc;
  private final List<SocketAddress> to;

  /** The last one that could be reached. */
  private volatile int reached;

  /**
   * @param identity whose certificate is shown, and whose roots and trust domain the control node
   *     must belong to
   * @param to control nodes; the first that can be reached is asked
   */
  public AdminLink(
      Vertx vertx,
      SvidSource identity,
      Crypto crypto,
      InstantSource clock,
      List<SocketAddress> to) {
    this.vertx = vertx;
    this.to = to.stream().map(GrpcAddress::of).toList();
    SpiffeId self = identity.svid().id();
    PartTls tls =
        new PartTls(
            identity.svid().key(),
            identity.svid().chain(),
            identity.bundle(),
            new PeerVerifier(crypto),
            clock);
    this.grpc =
        GrpcClient.client(
            vertx,
            new GrpcClientOptions().setMaxMessageSize(AdminService.MOST_ANSWER_BYTES + 1024),
            tls.http2Client(id -> control(self, id)).setConnectTimeout(CONNECT_MILLIS));
  }

  private static boolean control(SpiffeId own, SpiffeId server) {
    return server.trustDomain().equals(own.trustDomain())
        && server.herald().filter(h -> CONTROL.contains(h.role())).isPresent();
  }

  /** Answers on this process's bus from now on. */
  public void start() {
    vertx.eventBus().<Object>localConsumer(AdminService.ADDRESS, this::ask);
  }

  private void ask(Message<Object> message) {
    if (!(message.body() instanceof Buffer envelope)) {
      message.fail(BusFailure.MALFORMED.code(), "body is not bytes");
      return;
    }
    AdminRequest request =
        AdminRequest.newBuilder().setEnvelope(ByteString.copyFrom(envelope.getBytes())).build();
    call(reached, to.size() - 1)
        .compose(call -> call.send(request))
        .compose(AdminLink::answer)
        .onSuccess(answer -> pass(message, answer))
        .onFailure(e -> fail(message, e));
  }

  /** Asks the next one only where nothing was sent yet, so that nothing is done twice. */
  private Future<GrpcClientRequest<AdminRequest, AdminAnswer>> call(int at, int others) {
    Future<GrpcClientRequest<AdminRequest, AdminAnswer>> call =
        grpc.request(to.get(at), AdminGrpcClient.Ask).onSuccess(connected -> reached = at);
    return others == 0 ? call : call.recover(e -> call((at + 1) % to.size(), others - 1));
  }

  private static void pass(Message<Object> message, AdminAnswer answer) {
    switch (answer.getPartCase()) {
      case ENVELOPE -> message.reply(Buffer.buffer(answer.getEnvelope().toByteArray()));
      case FAILURE -> message.fail(answer.getFailure().getCode(), answer.getFailure().getMessage());
      case PART_NOT_SET -> message.fail(BusFailure.BAD_ANSWER.code(), "an empty answer");
    }
  }

  /** The answer, or as which failure it counts that there is none. */
  private static Future<AdminAnswer> answer(GrpcClientResponse<?, AdminAnswer> response) {
    return response
        .last()
        .recover(e -> Future.failedFuture(response.status() == null ? e : refused(response)))
        .compose(
            answer ->
                response.status() == GrpcStatus.OK && answer != null
                    ? Future.succeededFuture(answer)
                    : Future.failedFuture(refused(response)));
  }

  /** The number of a status says nothing to an operator: shown is the reason that came with it. */
  private static BusException refused(GrpcClientResponse<?, ?> response) {
    String said = Shown.line(Objects.requireNonNullElse(response.statusMessage(), ""));
    return switch (response.status()) {
      case PERMISSION_DENIED ->
          new BusException(
              BusFailure.FORBIDDEN, said.isEmpty() ? "this role may not ask there" : said);
      case UNAUTHENTICATED ->
          new BusException(
              BusFailure.UNAUTHENTICATED,
              "the control node does not accept the certificate" + because(said));
      case UNIMPLEMENTED ->
          new BusException(
              BusFailure.UNREACHABLE, "the control node has no admin API" + because(said));
      default ->
          new BusException(
              BusFailure.UNREACHABLE,
              "the control node failed with " + response.status().name() + because(said));
    };
  }

  private static String because(String said) {
    return said.isEmpty() ? "" : ": " + said;
  }

  private static void fail(Message<Object> message, Throwable e) {
    if (e instanceof BusException refused) {
      message.fail(refused.failure().code(), refused.detail());
    } else {
      message.fail(BusFailure.UNREACHABLE.code(), String.valueOf(e.getMessage()));
    }
  }
}
