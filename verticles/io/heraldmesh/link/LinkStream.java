package io.heraldmesh.link;

import com.google.protobuf.ByteString;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.LinkAddresses;
import io.heraldmesh.link.proto.Answer;
import io.heraldmesh.link.proto.Failure;
import io.heraldmesh.link.proto.FromControl;
import io.heraldmesh.link.proto.FromNode;
import io.heraldmesh.link.proto.LinkGrpcClient;
import io.heraldmesh.link.proto.NodeHello;
import io.heraldmesh.link.proto.Request;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream to one control node, at the node, with a connection and TLS context of its own; lives
 * on the client's context.
 */
final class LinkStream {
  private static final Logger LOG = LoggerFactory.getLogger(LinkStream.class);
  private static final DeliveryOptions DELIVER =
      new DeliveryOptions().setSendTimeout(LinkLimits.ANSWER_WITHIN.toMillis()).setLocalOnly(true);

  /** More than one message of the largest kind may wait. */
  private static final long MOST_WAITING_BYTES = 4L << 20;

  private final Vertx vertx;
  private final Context context;
  private final HeraldSvid svid;
  private final SocketAddress address;
  private final LinkClient owner;
  private final Waiting waiting;
  private @Nullable GrpcClient client;
  private @Nullable GrpcClientRequest<FromNode, FromControl> request;
  private @Nullable Outgoing<FromNode> outgoing;
  private long lastHeard = System.nanoTime();
  private long lastPing = System.nanoTime();
  private int open;
  private boolean greeted;
  private boolean crowded;
  private boolean draining;
  private boolean over;
  private long timer = -1;

  LinkStream(
      Vertx vertx, Context context, HeraldSvid svid, SocketAddress address, LinkClient owner) {
    this.vertx = vertx;
    this.context = context;
    this.svid = svid;
    this.address = address;
    this.owner = owner;
    this.waiting =
        new Waiting(LinkLimits.MOST_WAITING, (to, answered) -> owner.asked(this, to, answered));
  }

  HeraldSvid svid() {
    return svid;
  }

  SocketAddress address() {
    return address;
  }

  boolean draining() {
    return draining;
  }

  /** Whether it came to nothing because more came than the control node lets wait. */
  boolean crowded() {
    return crowded;
  }

  /**
   * Begins to connect. The client is made beside the event loop: with the first one the process
   * loads what gRPC and TLS consist of, a native library among it, which takes seconds where the
   * processor is wanted elsewhere.
   *
   * @param options of the connection; asked beside the event loop
   */
  void open(Supplier<HttpClientOptions> options, int schemaLevel, String version) {
    timer =
        vertx.setTimer(
            LinkLimits.LET_IN_WITHIN.toMillis(), late -> ended("no answer to the hello"));
    vertx
        .executeBlocking(
            () ->
                GrpcClient.client(
                    vertx,
                    new GrpcClientOptions().setMaxMessageSize(LinkLimits.MOST_TO_NODE),
                    options.get()),
            false)
        .onComplete(
            made ->
                context.runOnContext(
                    v -> {
                      if (made.failed()) {
                        ended(reason(made.cause()));
                      } else {
                        request(made.result(), schemaLevel, version);
                      }
                    }));
  }

  private void request(GrpcClient opening, int schemaLevel, String version) {
    if (over) {
      opening.close();
      return;
    }
    client = opening;
    opening
        .request(address, LinkGrpcClient.Attach)
        .onComplete(
            made ->
                context.runOnContext(
                    v -> {
                      if (made.failed()) {
                        ended(reason(made.cause()));
                      } else {
                        hello(made.result(), schemaLevel, version);
                      }
                    }));
  }

  private void hello(
      GrpcClientRequest<FromNode, FromControl> made, int schemaLevel, String version) {
    if (over) {
      return;
    }
    request = made;
    outgoing =
        new Outgoing<>(
            made, MOST_WAITING_BYTES, new AtomicLong(), Long.MAX_VALUE, System::nanoTime);
    made.exceptionHandler(e -> context.runOnContext(v -> ended(reason(e))));
    made.response()
        .onComplete(
            response ->
                context.runOnContext(
                    v -> {
                      if (response.failed()) {
                        ended(reason(response.cause()));
                      }
                    }))
        .onSuccess(this::listen);
    lastHeard = System.nanoTime();
    send(
        FromNode.newBuilder()
            .setHello(
                NodeHello.newBuilder()
                    .setLeastProtocol(LinkLimits.PROTOCOL)
                    .setMostProtocol(LinkLimits.PROTOCOL)
                    .setSchemaLevel(schemaLevel)
                    .setVersion(version)
                    .setTakesHints(true))
            .build());
  }

  private void listen(GrpcClientResponse<FromNode, FromControl> response) {
    response.exceptionHandler(e -> context.runOnContext(v -> ended(reason(e))));
    response.endHandler(
        end ->
            context.runOnContext(
                v -> {
                  crowded = !greeted && response.status() == GrpcStatus.RESOURCE_EXHAUSTED;
                  ended(
                      "ended by the control node: "
                          + response.status()
                          + " "
                          + Shown.line(String.valueOf(response.statusMessage())));
                }));
    response.handler(message -> context.runOnContext(v -> take(message)));
  }

  private void take(FromControl message) {
    lastHeard = System.nanoTime();
    if (over) {
      return;
    }
    if (!greeted) {
      if (message.hasHello() && message.getHello().getProtocol() == LinkLimits.PROTOCOL) {
        greeted = true;
        vertx.cancelTimer(timer);
        owner.greeted(this, Shown.line(message.getHello().getName()));
      } else {
        end("the control node did not say hello as it should");
      }
      return;
    }
    switch (message.getPartCase()) {
      case REQUEST -> deliver(message.getRequest());
      case ANSWER ->
          waiting.answer(
              message.getAnswer().getId(),
              Buffer.buffer(message.getAnswer().getEnvelope().toByteArray()));
      case FAILURE ->
          waiting.fail(
              message.getFailure().getId(),
              message.getFailure().getCode(),
              message.getFailure().getMessage());
      case HINT -> {
        if (message.getHint().getRoots()) {
          owner.rootsChanged();
        }
      }
      case HELLO, PART_NOT_SET -> end("a message of a kind that is not known here came");
    }
  }

  /** What the control plane has for this node; nothing but its own addresses is reached. */
  private void deliver(Request asked) {
    if (!asked.getAddress().equals(LinkAddresses.of(svid.id()))) {
      LOG.warn("link refused address={}", Shown.line(asked.getAddress()));
      fail(asked, BusFailure.FORBIDDEN, "not an address of this node");
      return;
    }
    if (open >= LinkLimits.MOST_OPEN_AT_NODE) {
      fail(asked, BusFailure.OVERLOADED, "the node has enough to do");
      return;
    }
    open++;
    vertx
        .eventBus()
        .<Object>request(
            asked.getAddress(), Buffer.buffer(asked.getEnvelope().toByteArray()), DELIVER)
        .onComplete(
            answer ->
                context.runOnContext(
                    v -> {
                      open--;
                      if (answer.succeeded() && answer.result().body() instanceof Buffer body) {
                        send(
                            FromNode.newBuilder()
                                .setAnswer(
                                    Answer.newBuilder()
                                        .setId(asked.getId())
                                        .setEnvelope(ByteString.copyFrom(body.getBytes())))
                                .build());
                      } else {
                        send(
                            FromNode.newBuilder()
                                .setFailure(Failures.of(asked.getId(), answer.cause()))
                                .build());
                      }
                    }));
  }

  private void fail(Request asked, BusFailure failure, String message) {
    send(
        FromNode.newBuilder()
            .setFailure(
                Failure.newBuilder()
                    .setId(asked.getId())
                    .setCode(failure.code())
                    .setMessage(message))
            .build());
  }

  /** Asks the control plane. */
  void ask(Message<Object> message) {
    if (!(message.body() instanceof Buffer body)) {
      message.fail(BusFailure.MALFORMED.code(), "body is not bytes");
      return;
    }
    if (body.length() > LinkLimits.MOST_FROM_NODE - 1024) {
      message.fail(BusFailure.TOO_LARGE.code(), body.length() + " bytes");
      return;
    }
    long id = waiting.add(message, System.nanoTime());
    if (id < 0
        || !send(
            FromNode.newBuilder()
                .setRequest(
                    Request.newBuilder()
                        .setId(id)
                        .setAddress(message.address())
                        .setEnvelope(ByteString.copyFrom(body.getBytes())))
                .build())) {
      waiting.forget(id);
      message.fail(BusFailure.OVERLOADED.code(), "the link is full");
    }
  }

  private boolean send(FromNode message) {
    Outgoing<FromNode> to = outgoing;
    return !over && to != null && to.offer(message, message.getSerializedSize()) != null;
  }

  /** Pings, and ends what is dead once it was let in. Called every second. */
  void look() {
    long now = System.nanoTime();
    waiting.sweep(now);
    GrpcClientRequest<FromNode, FromControl> sending = request;
    Outgoing<FromNode> to = outgoing;
    if (over || sending == null || to == null) {
      return;
    }
    if (greeted && now - lastHeard > LinkLimits.DEAD_AFTER.toNanos()) {
      ended("nothing heard of the control node");
    } else if (greeted && to.stuck()) {
      ended("the control node takes nothing");
    } else if (now - lastPing >= LinkLimits.PING_EVERY.toNanos()) {
      lastPing = now;
      sending
          .connection()
          .ping(Buffer.buffer(new byte[8]))
          .onSuccess(pong -> context.runOnContext(v -> lastHeard = System.nanoTime()));
    }
  }

  /** What the control node has proven itself by; null: there is no connection. */
  @Nullable SSLSession session() {
    GrpcClientRequest<FromNode, FromControl> sending = request;
    return sending == null ? null : sending.connection().sslSession();
  }

  /** Another stream took its place: what was begun may end. */
  void drain() {
    draining = true;
    vertx.setTimer(LinkLimits.DRAIN.toMillis(), time -> end("a newer link took its place"));
  }

  /** Says good-bye. */
  void end(String why) {
    GrpcClientRequest<FromNode, FromControl> sending = request;
    if (!over && sending != null) {
      sending.end();
    }
    ended(why);
  }

  private void ended(String why) {
    if (over) {
      return;
    }
    over = true;
    vertx.cancelTimer(timer);
    waiting.failAll();
    GrpcClient closing = client;
    if (closing != null) {
      closing.close();
    }
    owner.gone(this, why);
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; depth < 10 && cause.getCause() != null; depth++) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return cause.getClass().getSimpleName() + (message == null ? "" : " " + Shown.line(message));
  }
}
