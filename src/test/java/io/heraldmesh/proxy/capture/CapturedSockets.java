package io.heraldmesh.proxy.capture;

import io.heraldmesh.tls.EventLoops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetSocketAddress;

/**
 * A process in a network namespace: tells each client where it was going, and as whom. Arguments:
 * the port of an ordinary listener, and that of a transparent one.
 */
final class CapturedSockets {
  private CapturedSockets() {}

  public static void main(String[] args) throws Exception {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    EventLoops loops = EventLoops.of(vertx);
    SocketDiagnosis owners = SocketDiagnosis.open();
    listen(loops.server(), Integer.parseInt(args[0]), owners);
    listen(loops.transparentServer(), Integer.parseInt(args[1]), owners);
    System.out.println("ready");
    System.in.read();
    System.exit(0);
  }

  private static void listen(ServerBootstrap server, int port, SocketOwner owners)
      throws Exception {
    ChannelInitializer<Channel> telling =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new Teller(owners));
          }
        };
    server.childHandler(telling).bind(new InetSocketAddress("::", port)).sync();
  }

  private static final class Teller extends ChannelInboundHandlerAdapter {
    private final SocketOwner owners;

    Teller(SocketOwner owners) {
      this.owners = owners;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      InetSocketAddress dialled = new CapturedSocket().of(ctx.channel());
      String said =
          dialled == null
              ? "not captured"
              : dialled.getAddress().getHostAddress()
                  + " "
                  + dialled.getPort()
                  + " uid "
                  + owners.of((InetSocketAddress) ctx.channel().remoteAddress(), dialled);
      ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), said + "\n"))
          .addListener(ChannelFutureListener.CLOSE);
    }
  }
}
