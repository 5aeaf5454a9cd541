package io.heraldmesh.lab;

import io.heraldmesh.Await;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.link.proto.FromControl;
import io.heraldmesh.link.proto.FromNode;
import io.heraldmesh.link.proto.LinkGrpcClient;
import io.heraldmesh.link.proto.NodeHello;
import io.heraldmesh.link.proto.Request;
import io.heraldmesh.tls.PartTls;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A stream to a control node by whoever has a node's certificate, and what each message is
 * answered. The thread that makes it must be in the stranger's host: so are the event loops then.
 */
final class StolenLink implements AutoCloseable {
  static final String ANSWERED = "ANSWERED";

  private static final int MOST_BYTES = 24 << 20;

  private final Vertx vertx = Vertx.vertx();
  private final GrpcClientRequest<FromNode, FromControl> stream;
  private final Map<Long, String> answers = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable String> end = new AtomicReference<>();
  private volatile boolean greeted;
  private long last;

  StolenLink(Credential leaf, TrustBundle roots, String address, int port) {
    PartTls tls =
        new PartTls(
            leaf.key(),
            leaf.chain(),
            roots,
            new PeerVerifier(Crypto.preferred()),
            InstantSource.system());
    GrpcClient client =
        GrpcClient.client(
            vertx,
            new GrpcClientOptions().setMaxMessageSize(MOST_BYTES),
            tls.http2Client(id -> true));
    stream =
        Await.result(
            client.request(SocketAddress.inetSocketAddress(port, address), LinkGrpcClient.Attach));
    stream.exceptionHandler(e -> end.compareAndSet(null, "reset"));
    stream
        .response()
        .onFailure(e -> end.compareAndSet(null, String.valueOf(e.getMessage())))
        .onSuccess(
            answer -> {
              answer.exceptionHandler(e -> end.compareAndSet(null, "reset"));
              answer.endHandler(v -> end.compareAndSet(null, name(answer.status())));
              answer.handler(this::take);
            });
    stream.write(
        FromNode.newBuilder()
            .setHello(
                NodeHello.newBuilder()
                    .setLeastProtocol(1)
                    .setMostProtocol(1)
                    .setSchemaLevel(1)
                    .setVersion("stolen"))
            .build());
    Await.until("let in, or not", () -> greeted || end.get() != null);
  }

  private static String name(@Nullable GrpcStatus status) {
    return status == null ? "no status" : status.name();
  }

  private void take(FromControl message) {
    if (message.hasHello()) {
      greeted = true;
    } else if (message.hasAnswer()) {
      answers.put(message.getAnswer().getId(), ANSWERED);
    } else if (message.hasFailure()) {
      answers.put(
          message.getFailure().getId(),
          BusFailure.of(message.getFailure().getCode())
              .map(BusFailure::name)
              .orElse("failure " + message.getFailure().getCode()));
    }
  }

  /** How the stream ended; empty: it was let in, and goes on. */
  Optional<String> end() {
    return Optional.ofNullable(end.get());
  }

  /** Sends without waiting. */
  long send(String address, byte[] envelope) {
    long id = ++last;
    stream.write(
        FromNode.newBuilder()
            .setRequest(
                Request.newBuilder()
                    .setId(id)
                    .setAddress(address)
                    .setEnvelope(com.google.protobuf.ByteString.copyFrom(envelope)))
            .build());
    return id;
  }

  /** The name of a {@link BusFailure}, {@link #ANSWERED}, or how the stream ended. */
  String ask(String address, byte[] envelope) {
    return answer(send(address, envelope));
  }

  String answer(long id) {
    Await.until("an answer", () -> answers.containsKey(id) || end.get() != null);
    String answer = answers.get(id);
    return answer != null ? answer : "stream ended: " + end.get();
  }

  @Override
  public void close() {
    Await.result(vertx.close());
  }
}
