package io.heraldmesh.proxy.listener;

import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.PathNormalization;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.ForwardedClientCert;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.filter.Filters;
import io.heraldmesh.proxy.filter.InboundRequest;
import io.heraldmesh.proxy.filter.Verdict;
import io.heraldmesh.proxy.upstream.Choice;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the bytes of one HTTP/1.1 client, without sockets: the decoder, the reading of
 * heads, the decision, the rewriting and the encoder are those of the proxy.
 */
public final class InboundBytes {
  /** The header that a caller with an identity is announced with. */
  public static final String CLIENT_CERT =
      new ForwardedClientCert(
              List.of(
                  new ForwardedClientCert.Field("By", "spiffe://mesh.test/ns/b/sa/server"),
                  new ForwardedClientCert.Field("URI", "spiffe://mesh.test/ns/a/sa/client")))
          .toString();

  /**
   * A request that policy let pass.
   *
   * @param seen header fields as policy saw them
   * @param sent what goes to the service
   * @param complete false when the client's part ended or broke before
   */
  public record Forwarded(
      String method,
      String target,
      String authority,
      List<Map.Entry<String, String>> seen,
      List<Byte> sent,
      List<Byte> body,
      boolean complete) {

    /** Every value of a header, as policy saw them. */
    public List<String> seen(String name) {
      return seen.stream()
          .filter(f -> f.getKey().equalsIgnoreCase(name))
          .map(Map.Entry::getValue)
          .toList();
    }
  }

  /** Where requests go, and what those are called that name no host. */
  public static final HostPort SERVICE = new HostPort("127.0.0.1", 8080);

  private final Enforcement enforcement;
  private final EmbeddedChannel in =
      new EmbeddedChannel(new RequestDecoder(Limits.DEFAULTS, () -> false));
  private final List<Forwarded> forwarded = new ArrayList<>();
  private final List<Integer> answers = new ArrayList<>();
  private final Gate gate = new ToTheService();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private @Nullable EmbeddedChannel out;
  private @Nullable IncomingRequest current;
  private List<Map.Entry<String, String>> seen = List.of();
  private String target = "";
  private boolean over;

  public InboundBytes(PathNormalization normalization) {
    Resources mesh =
        ResourceReader.read(
            "mesh.yaml",
            "{apiVersion: herald.io/v1alpha1, kind: MeshConfig,"
                + " spec: {pathNormalization: {normalization: "
                + normalization
                + "}}}");
    enforcement =
        new Enforcement(
            new MeshCompiler(new TrustDomain("mesh.test"))
                .workload(mesh, new Workload("b", "server"), "server", Map.of()),
            Crypto.jdk());
  }

  /** Feeds bytes as they come from one read of the socket. */
  public void read(byte[] bytes) {
    if (over) {
      return;
    }
    try {
      in.writeInbound(Unpooled.wrappedBuffer(bytes));
    } catch (DecoderException e) {
      drain();
      stop(400);
      return;
    }
    drain();
  }

  /** The client ends its side. */
  public void end() {
    in.finishAndReleaseAll();
    stop(0);
  }

  public List<Forwarded> forwarded() {
    return forwarded;
  }

  /** Statuses of what was answered here; 0 for the end of the connection. */
  public List<Integer> answers() {
    return answers;
  }

  private void drain() {
    Object message;
    while ((message = in.readInbound()) != null) {
      try {
        take(message);
      } finally {
        ReferenceCountUtil.release(message);
      }
    }
  }

  private void take(Object message) {
    if (over) {
      return;
    }
    if (message instanceof HttpRequest request) {
      start(request);
    }
    if (message instanceof HttpContent content && !over) {
      content(content);
    }
  }

  private void start(HttpRequest request) {
    IncomingRequest incoming;
    try {
      incoming = IncomingRequest.read(request, gate, Limits.DEFAULTS, false);
    } catch (IncomingRequest.Malformed e) {
      stop(e.status());
      return;
    }
    HttpHead head = incoming.head();
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    head.fields().forEach(f -> fields.add(Map.entry(f.getKey(), f.getValue())));
    switch (Filters.inbound(
        new InboundRequest(CONNECTION, head, enforcement, KeySets.NONE, Instant.EPOCH))) {
      case Verdict.Refuse refuse -> {
        answers.add(refuse.decision().status());
        over = incoming.hasBody() || refuse.decision().status() == 0;
      }
      case Verdict.Pass pass -> {
        Decision.Allowed allowed = pass.permit().decision();
        incoming.rewrite(allowed, gate, SERVICE, incoming.asksForWebSocket());
        current = incoming;
        seen = fields;
        target = String.valueOf(allowed.target());
        body.reset();
        out = new EmbeddedChannel(new HttpRequestEncoder());
        out.writeOutbound(ReferenceCountUtil.retain(incoming.request()));
      }
    }
  }

  private void content(HttpContent content) {
    EmbeddedChannel encoder = out;
    if (encoder == null) {
      return;
    }
    if (content.decoderResult().isFailure()) {
      stop(400);
      return;
    }
    byte[] bytes = new byte[content.content().readableBytes()];
    content.content().getBytes(content.content().readerIndex(), bytes);
    body.writeBytes(bytes);
    if (content instanceof LastHttpContent) {
      encoder.writeOutbound(
          new DefaultLastHttpContent(Unpooled.wrappedBuffer(bytes), EmptyHttpHeaders.INSTANCE));
      sent(encoder, true);
      over |= current != null && current.last();
    } else {
      encoder.writeOutbound(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
    }
  }

  /** Nothing more of this client is looked at. */
  private void stop(int status) {
    EmbeddedChannel encoder = out;
    if (encoder != null) {
      sent(encoder, false);
    }
    if (!over) {
      answers.add(status);
    }
    over = true;
    in.releaseInbound();
  }

  private void sent(EmbeddedChannel encoder, boolean complete) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuf part;
    while ((part = encoder.readOutbound()) != null) {
      byte[] piece = new byte[part.readableBytes()];
      part.readBytes(piece);
      bytes.writeBytes(piece);
      part.release();
    }
    encoder.finishAndReleaseAll();
    out = null;
    IncomingRequest request = current;
    if (request != null) {
      forwarded.add(
          new Forwarded(
              request.head().method(),
              target,
              request.head().authority(),
              seen,
              list(bytes.toByteArray()),
              list(body.toByteArray()),
              complete));
    }
  }

  private static List<Byte> list(byte[] bytes) {
    List<Byte> list = new ArrayList<>(bytes.length);
    for (byte b : bytes) {
      list.add(b);
    }
    return list;
  }

  private static final Connection CONNECTION =
      new Connection(
          Connection.Tls.NONE,
          null,
          InetAddress.getLoopbackAddress(),
          InetAddress.getLoopbackAddress(),
          InetAddress.getLoopbackAddress(),
          8080,
          null);

  /** As {@link InboundGate} does, for a caller with a fixed identity. */
  private static final class ToTheService implements Gate {
    @Override
    public boolean allows(RequestTarget.Form form) {
      return form != RequestTarget.Form.ABSOLUTE;
    }

    @Override
    public Admission admit(HttpHead head, @Nullable Authority authority, boolean http2) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Standing standing(
        IncomingRequest request,
        Choice choice,
        Instant decidedAt,
        Supplier<@Nullable Channel> upstream) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void mark(HttpHeaders headers, List<String> forwardedFor) {
      headers.set(ForwardedClientCert.HEADER, CLIENT_CERT);
      headers.set("x-request-id", "1");
    }

    @Override
    public Origin origin() {
      return new Origin("destination", "b/server", null, false, null);
    }
  }
}
