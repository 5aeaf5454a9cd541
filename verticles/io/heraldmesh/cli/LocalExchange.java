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
import org.jspecify.annotations.Nullable;

/**
 * The way to a control node on this machine; see {@code AdminSocket}. One call at a time. A call
 * whose connection breaks fails, and the next one connects again: the node may have been restarted.
 */
final class LocalExchange implements AdminFrames.Exchange, AutoCloseable {
  private final Path socket;
  private volatile @Nullable SocketChannel channel;

  private LocalExchange(Path socket) {
    this.socket = socket;
  }

  /**
   * @throws StartFailure when nobody listens there, or not to this user
   */
  static LocalExchange connect(Path socket) {
    LocalExchange exchange = new LocalExchange(socket);
    exchange.connected();
    return exchange;
  }

  @Override
  public Future<byte[]> send(byte[] request) {
    Promise<byte[]> promise = Promise.promise();
    Thread.ofVirtual().start(() -> exchange(request, promise));
    return promise.future();
  }

  private synchronized void exchange(byte[] request, Promise<byte[]> promise) {
    try {
      promise.complete(exchange(request, connected()));
    } catch (IOException e) {
      close();
      promise.fail(
          StartFailure.cannotStart(
              "the control node closed the connection (" + e + "); its log says why"));
    } catch (StartFailure e) {
      promise.fail(e);
    }
  }

  private static byte[] exchange(byte[] request, SocketChannel channel) throws IOException {
    DataOutputStream out = new DataOutputStream(Channels.newOutputStream(channel));
    DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
    out.writeInt(request.length);
    out.write(request);
    out.flush();
    int length = in.readInt();
    if (length < 0 || length > AdminFrames.MOST_BYTES) {
      throw new IOException("an answer of " + length + " bytes");
    }
    byte[] answer = new byte[length];
    in.readFully(answer);
    return answer;
  }

  private synchronized SocketChannel connected() {
    SocketChannel open = channel;
    if (open == null) {
      open = open(socket);
      channel = open;
    }
    return open;
  }

  private static SocketChannel open(Path socket) {
    try {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
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
  public void close() {
    SocketChannel open = channel;
    channel = null;
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot close the admin connection", e);
    }
  }
}
