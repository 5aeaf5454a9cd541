package io.heraldmesh.link;

import com.google.protobuf.ByteString;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ClaimedSender;
import io.heraldmesh.bus.LinkAddresses;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.link.proto.Answer;
import io.heraldmesh.link.proto.ControlHello;
import io.heraldmesh.link.proto.FromControl;
import io.heraldmesh.link.proto.FromNode;
import io.heraldmesh.link.proto.Hint;
import io.heraldmesh.link.proto.LinkGrpcService;
import io.heraldmesh.link.proto.NodeHello;
import io.heraldmesh.link.proto.Request;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.HttpConnection;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.StatusException;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One stream of one attached node, at the control node; lives on its connection's event loop. */
final class LinkSession {
  private static final Logger LOG = LoggerFactory.getLogger(LinkSession.class);

  private final LinkServer server;
  private final SpiffeId peer;
  private final ControlCaller caller;
  private final GrpcServerRequest<FromNode, FromControl> call;
  private final Context context;
  private final Outgoing<FromControl> outgoing;
  private final Reading reading;
  private final LinkRefusals refusals;
  private final Waiting waiting = new Waiting(LinkLimits.MOST_WAITING);
  private final ClaimedSender claimed = new ClaimedSender();
  private final long begun = System.nanoTime();
  private volatile @Nullable AttachedNode node;
  private volatile long lastHeard = System.nanoTime();
  private Admission.@Nullable Turn turn;
  private @Nullable MessageConsumer<Object> pushes;
  private int open;
  private boolean greeted;
  private boolean takesHints;
  private boolean ended;
  private long drainUntil = Long.MAX_VALUE;

  LinkSession(
      LinkServer server,
      SpiffeId peer,
      ControlCaller caller,
      GrpcServerRequest<FromNode, FromControl> call) {
    this.server = server;
    this.peer = peer;
    this.caller = caller;
    this.call = call;
    this.context = server.vertx().getOrCreateContext();
    this.outgoing =
        new Outgoing<>(
            call.response(),
            LinkLimits.MOST_TO_NODE,
            server.waitingBytes(),
            LinkServer.MOST_WAITING_BYTES,
            System::nanoTime);
    this.reading = new Reading(call);
    this.refusals = new LinkRefusals(peer, outgoing, reading);
  }

  SpiffeId peer() {
    return peer;
  }

  /** Empty until it was let in. */
  Optional<AttachedNode> node() {
    return Optional.ofNullable(node);
  }

  void begin() {
    call.connection().pingHandler(ping -> lastHeard = System.nanoTime());
    call.messageHandler(this::read);
    call.invalidMessageHandler(e -> cut("a message cannot be read: " + e.getMessage()));
    call.exceptionHandler(e -> over(String.valueOf(e.getMessage())));
    call.endHandler(end -> end("the node ended it", GrpcStatus.OK));
    call.response().exceptionHandler(e -> over(String.valueOf(e.getMessage())));
  }

  private void read(GrpcMessage message) {
    try {
      take(Received.read(LinkGrpcService.Attach.decoder(), message));
    } catch (StatusException e) {
      end(String.valueOf(e.message()), e.status());
    } catch (RuntimeException e) {
      LOG.warn("link ends, a message could not be handled node={}", peer, e);
      end("the control node's log says why", GrpcStatus.INTERNAL);
    }
  }

  private void take(FromNode message) {
    lastHeard = System.nanoTime();
    if (ended) {
      return;
    }
    if (!greeted) {
      if (message.hasHello()) {
        greeted = true;
        greet(message.getHello());
      } else {
        end("the first message is not its hello", GrpcStatus.INVALID_ARGUMENT);
      }
      return;
    }
    switch (message.getPartCase()) {
      case REQUEST -> ask(message.getRequest());
      case ANSWER ->
          waiting.answer(message.getAnswer().getId(), buffer(message.getAnswer().getEnvelope()));
      case FAILURE ->
          waiting.fail(
              message.getFailure().getId(),
              message.getFailure().getCode(),
              message.getFailure().getMessage());
      case HELLO, PART_NOT_SET ->
          end("a message of a kind that is not known here", GrpcStatus.INVALID_ARGUMENT);
    }
  }

  private void greet(NodeHello hello) {
    if (hello.getLeastProtocol() > LinkLimits.PROTOCOL
        || hello.getMostProtocol() < LinkLimits.PROTOCOL) {
      end(
          "this control node speaks version "
              + LinkLimits.PROTOCOL
              + " of the link, the node "
              + hello.getLeastProtocol()
              + " to "
              + hello.getMostProtocol(),
          GrpcStatus.FAILED_PRECONDITION);
      return;
    }
    reading.hold();
    Admission.Turn place = server.admit(this);
    turn = place;
    place
        .come()
        .onComplete(
            come ->
                context.runOnContext(
                    v -> {
                      if (come.succeeded()) {
                        letIn(hello);
                      } else {
                        end(
                            String.valueOf(come.cause().getMessage()),
                            GrpcStatus.RESOURCE_EXHAUSTED);
                      }
                    }));
  }

  private void letIn(NodeHello hello) {
    if (ended) {
      return;
    }
    takesHints = hello.getTakesHints();
    lastHeard = System.nanoTime(); // nothing was expected of it while it waited
    node =
        new AttachedNode(
            peer,
            caller.address(),
            server.clock().instant(),
            hello.getSchemaLevel(),
            Shown.line(hello.getVersion()));
    MessageConsumer<Object> consumer = server.vertx().eventBus().consumer(LinkAddresses.of(peer));
    pushes = consumer;
    consumer.handler(message -> server.newest(this).deliver(message));
    consumer
        .completion()
        .onComplete(
            done ->
                context.runOnContext(
                    v -> {
                      if (done.failed()) {
                        end("the bus is away", GrpcStatus.UNAVAILABLE);
                        return;
                      }
                      welcome();
                    }));
  }

  private void welcome() {
    if (ended) {
      return;
    }
    server.take(this);
    LOG.info("link attached node={} address={}", peer, caller.address());
    send(
        FromControl.newBuilder()
            .setHello(
                ControlHello.newBuilder()
                    .setProtocol(LinkLimits.PROTOCOL)
                    .setSchemaLevel(SchemaLevel.NEWEST)
                    .setName(server.self().svid().identity().name()))
            .build());
    reading.release();
  }

  /** What the node asks of the control plane. */
  private void ask(Request request) {
    byte[] envelope = request.getEnvelope().toByteArray();
    if (!LinkAddresses.askedBy(HeraldRole.NODE).contains(request.getAddress())) {
      refuse(request, BusFailure.FORBIDDEN, "this address is not reached by a link");
      return;
    }
    if (!claimed.of(envelope).filter(peer::equals).isPresent()) {
      refuse(request, BusFailure.FORBIDDEN, "not signed by the node at this link");
      return;
    }
    if (++open == LinkLimits.MOST_OPEN) {
      reading.hold();
    }
    server
        .passOn(peer, caller.address(), request.getAddress(), envelope)
        .onComplete(
            answer ->
                context.runOnContext(
                    v -> {
                      answer(request, answer);
                      if (open-- == LinkLimits.MOST_OPEN) {
                        reading.release();
                      }
                    }));
  }

  private void answer(Request request, io.vertx.core.AsyncResult<Message<Object>> answer) {
    if (answer.succeeded() && answer.result().body() instanceof Buffer body) {
      if (body.length() > (takesHints ? LinkLimits.MOST_TO_NODE : LinkLimits.MOST_TO_OLD_NODE)) {
        refuse(request, BusFailure.TOO_LARGE, "the answer is more than the node reads");
      } else if (!send(
          FromControl.newBuilder()
              .setAnswer(
                  Answer.newBuilder()
                      .setId(request.getId())
                      .setEnvelope(ByteString.copyFrom(body.getBytes())))
              .build())) {
        refuse(request, BusFailure.OVERLOADED, "the link is full");
      }
    } else if (answer.cause() instanceof BusException refused) {
      refuse(request, refused.failure(), refused.detail());
    } else if (!ended) {
      refusals.tell(Failures.of(request.getId(), answer.cause()));
    }
  }

  private void refuse(Request request, BusFailure failure, String message) {
    server.dropped();
    if (!ended) {
      refusals.refuse(request, failure, message);
    }
  }

  /** Takes what the control plane has for the node. Callable from any thread. */
  void deliver(Message<Object> message) {
    context.runOnContext(v -> push(message));
  }

  private void push(Message<Object> message) {
    if (ended || !(message.body() instanceof Buffer body)) {
      message.fail(BusFailure.UNREACHABLE.code(), "the link is gone");
      return;
    }
    long id = waiting.add(message, System.nanoTime());
    FromControl frame =
        FromControl.newBuilder()
            .setRequest(
                Request.newBuilder()
                    .setId(id)
                    .setAddress(message.address())
                    .setEnvelope(ByteString.copyFrom(body.getBytes())))
            .build();
    if (id < 0 || body.length() > LinkLimits.MOST_TO_NODE || !send(frame)) {
      server.dropped();
      waiting.forget(id);
      message.fail(BusFailure.OVERLOADED.code(), "the link is full");
    }
  }

  /** Callable from any thread. */
  void rootsChanged() {
    context.runOnContext(
        v -> {
          if (takesHints) {
            send(FromControl.newBuilder().setHint(Hint.newBuilder().setRoots(true)).build());
          }
        });
  }

  private boolean send(FromControl message) {
    return !ended && outgoing.offer(message, message.getSerializedSize()) != null;
  }

  /** A newer stream of the same node is there. */
  void replaced() {
    context.runOnContext(
        v -> {
          stopPushes();
          drainUntil = System.nanoTime() + LinkLimits.DRAIN.toNanos();
        });
  }

  /** Ends what is dead, stuck or no longer proven. Called every second. */
  void look(Predicate<HttpConnection> stillProven) {
    context.runOnContext(v -> look(System.nanoTime(), stillProven));
  }

  private void look(long now, Predicate<HttpConnection> stillProven) {
    waiting.sweep(now);
    if (ended) {
      return;
    }
    if (!greeted && now - begun > LinkLimits.GREET_WITHIN.toNanos()) {
      end("no hello came", GrpcStatus.DEADLINE_EXCEEDED);
    } else if (node == null && now - begun > LinkLimits.LET_IN_WITHIN.toNanos()) {
      end("its turn did not come", GrpcStatus.RESOURCE_EXHAUSTED);
    } else if (node != null && now - lastHeard > LinkLimits.DEAD_AFTER.toNanos()) {
      cut("nothing heard of the node");
    } else if (outgoing.stuck()) {
      cut("the node takes nothing");
    } else if (drainUntil != Long.MAX_VALUE && now - drainUntil > 0) {
      end("a newer link took its place", GrpcStatus.OK);
    } else if (!stillProven.test(call.connection())) {
      end("its certificate is no longer good", GrpcStatus.UNAUTHENTICATED);
    }
  }

  /** Tells the node and ends the stream. */
  void end(String why, GrpcStatus status) {
    context.runOnContext(
        v -> {
          if (!ended) {
            over(why);
            EarlyAnswer.end(server.vertx(), call, outgoing, status, why);
          }
        });
  }

  private void cut(String why) {
    over(why);
    call.connection().close();
  }

  private void over(String why) {
    if (ended) {
      return;
    }
    ended = true;
    if (node != null) {
      LOG.info("link ended node={} {}", peer, Shown.line(why));
    } else {
      LOG.warn("link refused node={} {}", peer, Shown.line(why));
      server.dropped();
    }
    if (turn != null) {
      turn.giveUp();
    }
    stopPushes();
    waiting.failAll();
    server.gone(this);
  }

  private void stopPushes() {
    MessageConsumer<Object> consumer = pushes;
    if (consumer != null) {
      pushes = null;
      Future<Void> done = consumer.unregister();
      done.onFailure(e -> LOG.debug("push address not given back", e));
    }
  }

  private static Buffer buffer(ByteString bytes) {
    return Buffer.buffer(bytes.toByteArray());
  }
}
