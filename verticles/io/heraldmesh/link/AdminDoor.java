package io.heraldmesh.link;

import com.google.protobuf.ByteString;
import io.heraldmesh.bus.AdminRefusals;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.link.proto.AdminAnswer;
import io.heraldmesh.link.proto.AdminFailure;
import io.heraldmesh.link.proto.AdminGrpcService;
import io.heraldmesh.link.proto.AdminRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.StatusException;
import java.time.Duration;

/**
 * Hands signed requests of operators elsewhere to the admin API on the control node's bus. What is
 * in them is not looked at here: the admin API believes the signature inside. Only callers whose
 * certificate has the role operator or admin get this far.
 */
public final class AdminDoor {
  private static final int MOST_BYTES = AdminService.MOST_REQUEST_BYTES + 1024;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(50);

  private static final String ROLE = "only operators and admins may ask here";

  private final Vertx vertx;
  private final AdminRefusals refusals;

  private AdminDoor(Vertx vertx, AdminRefusals refusals) {
    this.vertx = vertx;
    this.refusals = refusals;
  }

  /**
   * The method to be offered by a control node's {@link ControlServer}.
   *
   * @param refusals told of everybody who is refused here
   */
  public static ControlMethod<AdminRequest, AdminAnswer> method(
      Vertx vertx, AdminRefusals refusals) {
    return ControlMethod.unary(
            AdminGrpcService.Ask, MOST_BYTES, true, new AdminDoor(vertx, refusals)::ask)
        .onUnproven(why -> refusals.refused(AdminRefusals.UNAUTHENTICATED, "", why));
  }

  private Future<AdminAnswer> ask(ControlCaller caller, AdminRequest request) {
    if (caller.as(HeraldRole.OPERATOR).isEmpty() && caller.as(HeraldRole.ADMIN).isEmpty()) {
      return refuse(caller, request);
    }
    return vertx
        .eventBus()
        .<Object>request(
            AdminService.ADDRESS,
            Buffer.buffer(request.getEnvelope().toByteArray()),
            new DeliveryOptions().setSendTimeout(ANSWER_WITHIN.toMillis()))
        .transform(
            sent ->
                Future.succeededFuture(
                    sent.succeeded() && sent.result().body() instanceof Buffer answer
                        ? AdminAnswer.newBuilder()
                            .setEnvelope(ByteString.copyFrom(answer.getBytes()))
                            .build()
                        : AdminAnswer.newBuilder().setFailure(failure(sent.cause())).build()));
  }

  /** What it asks for is named as it says itself: nobody has looked at the signature. */
  private Future<AdminAnswer> refuse(ControlCaller caller, AdminRequest request) {
    String asked = AdminRefusals.asked(request.getEnvelope().toByteArray()).orElse("");
    String actor = caller.id().map(SpiffeId::toString).orElse(AdminRefusals.UNAUTHENTICATED);
    return Future.fromCompletionStage(
            refusals.refused(actor, asked, ROLE), vertx.getOrCreateContext())
        .transform(
            written ->
                Future.failedFuture(new StatusException(GrpcStatus.PERMISSION_DENIED, ROLE)));
  }

  private static AdminFailure failure(Throwable cause) {
    return cause instanceof ReplyException reply && reply.failureCode() > 0
        ? AdminFailure.newBuilder()
            .setCode(reply.failureCode())
            .setMessage(String.valueOf(reply.getMessage()))
            .build()
        : AdminFailure.newBuilder()
            .setCode(BusFailure.UNREACHABLE.code())
            .setMessage("no control node with the role admin answers")
            .build();
  }
}
