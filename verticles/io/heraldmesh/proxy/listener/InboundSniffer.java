package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.tls.ClientHello;
import io.heraldmesh.tls.MeshServed;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes of a connection to a workload and, by its peer authentication mode,
 * takes it for mesh TLS, for TLS that is the service's own business, or for plain text; or closes
 * it.
 */
final class InboundSniffer extends Sniffer {
  private final InboundListener listener;

  InboundSniffer(InboundListener listener) {
    super(listener.context());
    this.listener = listener;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    MtlsMode mode = mode();
    if (mode == null) {
      refuse(ctx, "no_policy", "no snapshot is in force");
    } else if (mode == MtlsMode.DISABLE && listener.port().protocol() == Protocol.TCP) {
      // nothing to look for, and some servers speak first
      plain(ctx, FirstBytes.OTHER);
    } else {
      ctx.fireChannelActive();
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    MtlsMode mode = mode();
    if (mode == null) {
      refuse(ctx, "no_policy", "no snapshot is in force");
      return;
    }
    Boolean tls = mode == MtlsMode.DISABLE ? Boolean.FALSE : ClientHello.looksLikeTls(in);
    if (tls == null) {
      return;
    }
    if (!tls) {
      decodePlain(ctx, in, mode);
      return;
    }
    try {
      ClientHello hello = ClientHello.read(in);
      if (hello == null) {
        return;
      }
      if (mode == MtlsMode.STRICT || hello.mesh()) {
        mesh(ctx, hello);
      } else {
        listener.context().newcomers().known(ctx.channel());
        TcpServer.start(
            listener,
            ctx.channel(),
            listener.connection(ctx.channel(), Connection.Tls.SIMPLE, null, hello.sni()),
            null);
        ctx.pipeline().remove(this);
      }
    } catch (IllegalArgumentException e) {
      refuse(ctx, "bad_client_hello", String.valueOf(e.getMessage()));
    }
  }

  /**
   * A client of a service that speaks first says nothing; neither may one that waits for an answer
   * to its first byte. Only where the port may carry bytes, and mesh TLS is not required.
   */
  @Override
  void undecided(ChannelHandlerContext ctx, long waitedMillis) {
    Limits limits = listener.context().limits();
    if (waitedMillis >= limits.detection().toMillis() && mayBePlain()) {
      plain(ctx, FirstBytes.atLast(internalBuffer()));
    } else if (waitedMillis >= limits.handshake().toMillis()) {
      refuse(ctx, "first_bytes_timeout", "the client did not say what it speaks in time");
    }
  }

  /**
   * Who has said nothing may look whether the port is open, which is no fault and nothing for the
   * service. Only where bytes are declared may it wait for a server that speaks first.
   */
  @Override
  void ended(ChannelHandlerContext ctx) {
    if (mayBePlain() && (actualReadableBytes() > 0 || mayListen(ctx))) {
      plain(ctx, FirstBytes.atLast(internalBuffer()));
    }
  }

  private boolean mayListen(ChannelHandlerContext ctx) {
    return listener.port().protocol() == Protocol.TCP
        && TcpServer.passes(
            listener, listener.connection(ctx.channel(), Connection.Tls.NONE, null, null));
  }

  private boolean mayBePlain() {
    Protocol protocol = listener.port().protocol();
    MtlsMode mode = mode();
    return (protocol == Protocol.TCP || protocol == Protocol.AUTO)
        && (mode == MtlsMode.PERMISSIVE || mode == MtlsMode.DISABLE)
        && !mayBeTls(mode);
  }

  /** A hello that has begun is waited for. */
  private boolean mayBeTls(MtlsMode mode) {
    return mode != MtlsMode.DISABLE
        && actualReadableBytes() > 0
        && !Boolean.FALSE.equals(ClientHello.looksLikeTls(internalBuffer()));
  }

  private void decodePlain(ChannelHandlerContext ctx, ByteBuf in, MtlsMode mode) {
    if (mode == MtlsMode.STRICT) {
      refuse(ctx, "mtls_required", "plain text, where only mesh TLS is accepted");
      return;
    }
    FirstBytes first =
        FirstBytes.on(
            listener.port().protocol(), in, listener.context().limits().requestLineBytes());
    if (first != FirstBytes.MORE) {
      plain(ctx, first);
    }
  }

  private void plain(ChannelHandlerContext ctx, FirstBytes first) {
    listener.context().newcomers().known(ctx.channel());
    Connection connection = listener.connection(ctx.channel(), Connection.Tls.NONE, null, null);
    InboundProtocol.start(listener, ctx.channel(), connection, null, first, heard());
    ctx.pipeline().remove(this);
  }

  private void mesh(ChannelHandlerContext ctx, ClientHello hello) {
    SslHandler tls = listener.context().tls().server(listener.own(), served(hello), ctx.alloc());
    if (tls == null) {
      refuse(ctx, "no_credentials", "this workload has no certificate yet");
      return;
    }
    long waited = watch().now() - since();
    long left = listener.context().limits().handshake().toMillis() - waited;
    tls.setHandshakeTimeoutMillis(Math.max(1, left)); // 0: for ever
    ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
    ctx.pipeline().addLast(tls, new MeshHandshake(listener, tls, hello.sni(), watch(), since()));
    ctx.pipeline().remove(this);
  }

  /**
   * A service of an undeclared protocol gets what the clients speak. Where those speak HTTP/1.1 and
   * their proxy would have them share a connection, they do not.
   */
  private MeshServed served(ClientHello hello) {
    return switch (listener.port().protocol()) {
      case TCP -> MeshServed.BYTES;
      case AUTO ->
          hello.alpn().contains("istio-http/1.1") ? MeshServed.HTTP_APART : MeshServed.HTTP;
      case HTTP, HTTP2 -> MeshServed.HTTP;
    };
  }

  private @Nullable MtlsMode mode() {
    Enforcement enforcement = listener.context().inForce().get().enforcement(listener.workload());
    return enforcement == null ? null : enforcement.policy().mtls(listener.port().port());
  }

  private void refuse(ChannelHandlerContext ctx, String code, String detail) {
    listener.refuse(ctx.channel(), new Reason(code, detail));
    ctx.close();
  }
}
