package io.heraldmesh.link;

import io.heraldmesh.Await;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.link.proto.FromControl;
import io.heraldmesh.link.proto.FromNode;
import io.heraldmesh.link.proto.LinkGrpcClient;
import io.heraldmesh.link.proto.NodeHello;
import io.heraldmesh.link.proto.Request;
import io.heraldmesh.tls.PartTls;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A stream whose node says what it likes. */
final class RawLink {
  final List<FromControl> received = new CopyOnWriteArrayList<>();
  final AtomicReference<@Nullable String> ended = new AtomicReference<>();

  /** Its connection, not its stream only. */
  final AtomicBoolean closed = new AtomicBoolean();

  private final GrpcClient client;
  private final GrpcClientRequest<FromNode, FromControl> request;
  private volatile @Nullable GrpcClientResponse<FromNode, FromControl> response;

  RawLink(LinkFixture mesh, Vertx vertx, HeraldSvid svid, SocketAddress to) {
    PartTls tls =
        new PartTls(
            svid.key(),
            svid.chain(),
            mesh.mesh.bundle(),
            new PeerVerifier(mesh.mesh.crypto()),
            mesh.clock);
    client =
        GrpcClient.client(
            vertx,
            new GrpcClientOptions().setMaxMessageSize(LinkLimits.MOST_TO_NODE),
            tls.http2Client(id -> true));
    request = Await.result(client.request(to, LinkGrpcClient.Attach));
    request.connection().closeHandler(v -> closed.set(true));
    request.exceptionHandler(e -> ended.compareAndSet(null, "reset"));
    request
        .response()
        .onFailure(e -> ended.compareAndSet(null, String.valueOf(e.getMessage())))
        .onSuccess(
            answer -> {
              response = answer;
              answer.exceptionHandler(e -> ended.compareAndSet(null, "reset"));
              answer.endHandler(v -> ended.compareAndSet(null, name(answer)));
              answer.handler(received::add);
            });
  }

  private static String name(GrpcClientResponse<?, ?> answer) {
    return Objects.requireNonNull(answer.status()).name() + " " + answer.statusMessage();
  }

  RawLink send(FromNode message) {
    request.write(message);
    return this;
  }

  /** Shows that it is alive, as nodes do. */
  RawLink ping() {
    var ignored = request.connection().ping(Buffer.buffer(new byte[8]));
    return this;
  }

  RawLink hello() {
    return hello(1, 1);
  }

  RawLink hello(int least, int most) {
    return send(
        FromNode.newBuilder()
            .setHello(
                NodeHello.newBuilder()
                    .setLeastProtocol(least)
                    .setMostProtocol(most)
                    .setSchemaLevel(1))
            .build());
  }

  RawLink greeted() {
    Await.until("let in", () -> received.stream().anyMatch(FromControl::hasHello));
    return this;
  }

  RawLink ask(long id, String address, byte[] envelope) {
    return send(
        FromNode.newBuilder()
            .setRequest(
                Request.newBuilder()
                    .setId(id)
                    .setAddress(address)
                    .setEnvelope(com.google.protobuf.ByteString.copyFrom(envelope)))
            .build());
  }

  /** Takes nothing any more. */
  void stopReading() {
    Objects.requireNonNull(response).pause();
  }

  /** Its connection. */
  void close() {
    Await.result(client.close());
  }

  FromControl answer(long id) {
    Await.until("an answer to " + id, () -> received.stream().anyMatch(m -> id(m) == id));
    return received.stream().filter(m -> id(m) == id).findFirst().orElseThrow();
  }

  private static long id(FromControl message) {
    return message.hasAnswer()
        ? message.getAnswer().getId()
        : message.hasFailure() ? message.getFailure().getId() : -1;
  }

  String end() {
    Await.until("ended", () -> ended.get() != null);
    return Objects.requireNonNull(ended.get());
  }
}
