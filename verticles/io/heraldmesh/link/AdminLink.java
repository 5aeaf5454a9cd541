package io.heraldmesh.link;

import com.google.protobuf.ByteString;
import io.heraldmesh.bus.AdminService;
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
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.common.GrpcStatus;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;

/**
 * The admin API of a control node elsewhere, as if it answered on this process's own bus. The
 * server must be a control node of the caller's trust domain; what it answers is believed for its
 * signature only. Ends with {@code vertx}.
 */
public final class AdminLink {
  private static final Set<HeraldRole> CONTROL =
      EnumSet.of(HeraldRole.CONFIG, HeraldRole.CA, HeraldRole.ADMIN);
  private static final int CONNECT_MILLIS = 5000;

  private final Vertx vertx;
  private final AdminGrpcClient admin;

  /**
   * @param identity whose certificate is shown, and whose roots and trust domain the control node
   *     must belong to
   * @param to the control node
   */
  public AdminLink(
      Vertx vertx, SvidSource identity, Crypto crypto, InstantSource clock, SocketAddress to) {
    this.vertx = vertx;
    SpiffeId self = identity.svid().id();
    PartTls tls =
        new PartTls(
            identity.svid().key(),
            identity.svid().chain(),
            identity.bundle(),
            new PeerVerifier(crypto),
            clock);
    GrpcClient grpc =
        GrpcClient.client(
            vertx,
            new GrpcClientOptions().setMaxMessageSize(AdminService.MOST_ANSWER_BYTES + 1024),
            tls.http2Client(id -> control(self, id)).setConnectTimeout(CONNECT_MILLIS));
    this.admin = AdminGrpcClient.create(grpc, to);
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
    admin
        .ask(
            AdminRequest.newBuilder().setEnvelope(ByteString.copyFrom(envelope.getBytes())).build())
        .onSuccess(answer -> pass(message, answer))
        .onFailure(e -> fail(message, e));
  }

  private static void pass(Message<Object> message, AdminAnswer answer) {
    switch (answer.getPartCase()) {
      case ENVELOPE -> message.reply(Buffer.buffer(answer.getEnvelope().toByteArray()));
      case FAILURE -> message.fail(answer.getFailure().getCode(), answer.getFailure().getMessage());
      case PART_NOT_SET -> message.fail(BusFailure.BAD_ANSWER.code(), "an empty answer");
    }
  }

  private static void fail(Message<Object> message, Throwable e) {
    if (e instanceof io.vertx.grpc.client.InvalidStatusException refused) {
      boolean role = refused.actualStatus() == GrpcStatus.PERMISSION_DENIED;
      boolean proof = refused.actualStatus() == GrpcStatus.UNAUTHENTICATED;
      message.fail(
          (role
                  ? BusFailure.FORBIDDEN
                  : proof ? BusFailure.UNAUTHENTICATED : BusFailure.UNREACHABLE)
              .code(),
          "the control node answers " + refused.actualStatus());
    } else {
      message.fail(BusFailure.UNREACHABLE.code(), String.valueOf(e.getMessage()));
    }
  }
}
