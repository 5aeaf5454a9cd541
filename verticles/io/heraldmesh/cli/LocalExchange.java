package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminFrames;
import io.heraldmesh.node.StartFailure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A connection to a control node on this machine; see {@code AdminSocket}. One call at a time. */
final class LocalExchange implements AdminFrames.Exchange, AutoCloseable {
  private final SocketChannel channel;
  private final DataInputStream in;
  private final DataOutputStream out;

  private LocalExchange(SocketChannel channel) {
    this.channel = channel;
    this.in = new DataInputStream(Channels.newInputStream(channel));
    this.out = new DataOutputStream(Channels.newOutputStream(channel));
  }

  /**
   * @throws StartFailure when nobody listens there, or not to this user
   */
  static LocalExchange connect(Path socket) {
    try {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        return new LocalExchange(channel);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw StartFailure.cannotStart(
          "cannot reach a control node at "
              + socket
              + " ("
              + e.getMessage()
              + "); run it as the node's user or root, name the node with --config, or one"
              + " elsewhere with --control and --identity");
    }
  }

  @Override
  public Future<byte[]> send(byte[] request) {
    Promise<byte[]> promise = Promise.promise();
    Thread.ofVirtual().start(() -> exchange(request, promise));
    return promise.future();
  }

  private synchronized void exchange(byte[] request, Promise<byte[]> promise) {
    try {
      out.writeInt(request.length);
      out.write(request);
      out.flush();
      int length = in.readInt();
      if (length < 0 || length > AdminFrames.MOST_BYTES) {
        throw new IOException("an answer of " + length + " bytes");
      }
      promise.complete(in.readNBytes(length));
    } catch (IOException e) {
      promise.fail(
          StartFailure.cannotStart(
              "the control node closed the connection (" + e + "); its log says why"));
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("cannot close the admin connection", e);
    }
  }
}
