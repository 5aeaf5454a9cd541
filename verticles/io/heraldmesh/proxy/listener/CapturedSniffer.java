package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.upstream.Routes;
import io.heraldmesh.tls.ClientHello;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes of a captured connection: TLS is led by the server name that it asks
 * for, requests by the host that they name, and what names nothing that the mesh knows goes to
 * where it was going, as it is.
 */
final class CapturedSniffer extends Sniffer {
  private final CapturedCall call;
  private final HostPeek peek;

  CapturedSniffer(CapturedCall call) {
    super(call.context());
    this.call = call;
    this.peek = new HostPeek(call.context().limits().headerBytes());
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    Routes routes = call.routes();
    if (routes == null) {
      pipe(ctx, null);
      return;
    }
    boolean requestsOnly = call.next(routes) == CapturedCall.Next.REQUESTS;
    Boolean tls = requestsOnly ? Boolean.FALSE : ClientHello.looksLikeTls(in);
    if (tls == null) {
      return;
    }
    if (tls) {
      hello(ctx, in);
      return;
    }
    switch (look(in, requestsOnly ? Protocol.HTTP : Protocol.AUTO)) {
      case MORE -> {}
      case HTTP1 -> {
        if (call.takesRequests(routes)) {
          http1(ctx);
        } else if (peek.complete(in)) {
          named(ctx, routes);
        }
      }
      case HTTP2 -> {
        if (call.isForBytes(routes)) {
          pipe(ctx, null); // whom its requests name is not seen here
        } else {
          HttpPipelines.http2(call.context(), ctx.channel(), new CapturedGate(call), heard());
          ctx.pipeline().remove(this);
        }
      }
      case OTHER -> {
        if (requestsOnly) {
          http1(ctx);
        } else {
          pipe(ctx, null);
        }
      }
    }
  }

  @Override
  void undecided(ChannelHandlerContext ctx, long waitedMillis) {
    Limits limits = call.context().limits();
    Routes routes = call.routes();
    boolean requestsOnly = routes != null && call.next(routes) == CapturedCall.Next.REQUESTS;
    if (requestsOnly) {
      if (waitedMillis >= limits.requestHead().toMillis()) {
        ctx.close();
      }
    } else if (routes != null
        && waitedMillis >= limits.detection().toMillis()
        && FirstBytes.atLast(internalBuffer()) == FirstBytes.HTTP1
        && call.takesRequests(routes)) {
      http1(ctx);
    } else if (waitedMillis >= (begun() ? limits.handshake() : limits.detection()).toMillis()) {
      pipe(ctx, null);
    }
  }

  /** What has begun to be TLS or a request is waited for. */
  private boolean begun() {
    return actualReadableBytes() > 0
        && (!Boolean.FALSE.equals(ClientHello.looksLikeTls(internalBuffer()))
            || FirstBytes.atLast(internalBuffer()) == FirstBytes.HTTP1);
  }

  private FirstBytes look(ByteBuf in, Protocol port) {
    return FirstBytes.on(port, in, call.context().limits().requestLineBytes());
  }

  private void hello(ChannelHandlerContext ctx, ByteBuf in) {
    try {
      ClientHello hello = ClientHello.read(in);
      if (hello != null) {
        pipe(ctx, hello.sni());
      }
    } catch (IllegalArgumentException noHello) {
      pipe(ctx, null);
    }
  }

  private void named(ChannelHandlerContext ctx, Routes routes) {
    if (peek.hosts().stream().anyMatch(host -> call.namesOne(routes, host))) {
      http1(ctx);
    } else {
      pipe(ctx, null);
    }
  }

  private void http1(ChannelHandlerContext ctx) {
    HttpPipelines.http1(call.context(), ctx.channel(), new CapturedGate(call), heard());
    ctx.pipeline().remove(this);
  }

  private void pipe(ChannelHandlerContext ctx, @Nullable String name) {
    call.pipe(ctx.channel(), name);
    ctx.pipeline().remove(this);
  }
}
