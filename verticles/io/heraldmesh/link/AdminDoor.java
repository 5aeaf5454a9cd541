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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Hands signed requests of operators elsewhere to the admin API on the control node's bus; those of
 * nodes too, one at a time of each, as far as nodes may ask at all. What is in them is not looked
 * at here but for what they say they are: the admin API believes the signature inside, and shows a
 * node itself only.
 */
public final class AdminDoor {
  private static final int MOST_BYTES = AdminService.MOST_REQUEST_BYTES + 1024;

  /** Of callers of other roles: what a node may ask has less than a kilobyte of its own. */
  private static final int MOST_BYTES_OF_OTHERS = 64 << 10;

  private static final Set<HeraldRole> TRUSTED = Set.of(HeraldRole.OPERATOR, HeraldRole.ADMIN);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(50);

  private static final String ROLE =
      "only operators and admins may ask here, but for what a node may see of itself";

  private final Vertx vertx;
  private final AdminRefusals refusals;
  private final Predicate<String> ofNodes;

  /** Nodes whose request is being answered. */
  private final Set<SpiffeId> asking = ConcurrentHashMap.newKeySet();

  private AdminDoor(Vertx vertx, AdminRefusals refusals, Predicate<String> ofNodes) {
    this.vertx = vertx;
    this.refusals = refusals;
    this.ofNodes = ofNodes;
  }

  /**
   * The method to be offered by a control node's {@link ControlServer}.
   *
   * @param refusals told of everybody who is refused here
   * @param ofNodes whether nodes may ask for an operation too
   */
  public static ControlMethod<AdminRequest, AdminAnswer> method(
      Vertx vertx, AdminRefusals refusals, Predicate<String> ofNodes) {
    return ControlMethod.unary(
            AdminGrpcService.Ask, MOST_BYTES, true, new AdminDoor(vertx, refusals, ofNodes)::ask)
        .lessOfOthersThan(TRUSTED, MOST_BYTES_OF_OTHERS)
        .onUnproven(why -> refusals.refused(AdminRefusals.UNAUTHENTICATED, "", why));
  }

  private Future<AdminAnswer> ask(ControlCaller caller, AdminRequest request) {
    if (TRUSTED.stream().anyMatch(role -> caller.as(role).isPresent())) {
      return pass(request);
    }
    String asked = AdminRefusals.asked(request.getEnvelope().toByteArray()).orElse("");
    return caller
        .as(HeraldRole.NODE)
        .filter(node -> ofNodes.test(asked))
        .map(node -> oneAtATime(node, request))
        .orElseGet(() -> refuse(caller, asked));
  }

  /** What a node is shown of itself is looked for among all: many requests would cost others. */
  private Future<AdminAnswer> oneAtATime(SpiffeId node, AdminRequest request) {
    return asking.add(node)
        ? pass(request).onComplete(answered -> asking.remove(node))
        : Future.succeededFuture(
            failure(BusFailure.OVERLOADED, "a request of this node is being answered"));
  }

  private Future<AdminAnswer> pass(AdminRequest request) {
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
                        : failure(sent.cause())));
  }

  /** What it asks for is named as it says itself: nobody has looked at the signature. */
  private Future<AdminAnswer> refuse(ControlCaller caller, String asked) {
    String actor = caller.id().map(SpiffeId::toString).orElse(AdminRefusals.UNAUTHENTICATED);
    return Future.fromCompletionStage(
            refusals.refused(actor, asked, ROLE), vertx.getOrCreateContext())
        .transform(
            written ->
                Future.failedFuture(new StatusException(GrpcStatus.PERMISSION_DENIED, ROLE)));
  }

  private static AdminAnswer failure(Throwable cause) {
    return cause instanceof ReplyException reply && reply.failureCode() > 0
        ? failure(reply.failureCode(), String.valueOf(reply.getMessage()))
        : failure(BusFailure.UNREACHABLE, "no control node with the role admin answers");
  }

  private static AdminAnswer failure(BusFailure failure, String message) {
    return failure(failure.code(), message);
  }

  private static AdminAnswer failure(int code, String message) {
    return AdminAnswer.newBuilder()
        .setFailure(AdminFailure.newBuilder().setCode(code).setMessage(message))
        .build();
  }
}
