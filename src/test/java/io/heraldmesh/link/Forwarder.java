package io.heraldmesh.link;

import io.heraldmesh.Await;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The network between: can lose everything without a word, and can be slow. */
final class Forwarder {
  private final List<NetSocket> sockets = new CopyOnWriteArrayList<>();
  private final Vertx vertx;
  private final SocketAddress address;
  private volatile boolean silent;
  private volatile int bytesPerSecond = Integer.MAX_VALUE;

  Forwarder(Vertx vertx, SocketAddress to) {
    this.vertx = vertx;
    NetClient client = vertx.createNetClient();
    NetServer server =
        vertx
            .createNetServer()
            .connectHandler(
                in -> {
                  in.pause();
                  client
                      .connect(to)
                      .onFailure(e -> in.close())
                      .onSuccess(
                          out -> {
                            pipe(in, out);
                            pipe(out, in);
                            in.resume();
                          });
                });
    address =
        SocketAddress.inetSocketAddress(
            Await.result(server.listen(0, "127.0.0.1")).actualPort(), "127.0.0.1");
  }

  private void pipe(NetSocket from, NetSocket to) {
    sockets.add(from);
    from.handler(
        bytes -> {
          if (!silent) {
            to.write(bytes);
            rest(from, bytes.length());
          }
        });
    from.closeHandler(
        v -> {
          if (!silent) {
            to.close();
          }
        });
  }

  /** For as long as so many bytes take. */
  private void rest(NetSocket from, int bytes) {
    long millis = bytes * 1000L / bytesPerSecond;
    if (millis > 0) {
      from.pause();
      vertx.setTimer(millis, rested -> from.resume());
    }
  }

  SocketAddress address() {
    return address;
  }

  /** From now on nothing arrives, and nobody is told. */
  void loseEverything() {
    silent = true;
  }

  /** So much arrives and no more, in each direction. */
  void slow(int bytesASecond) {
    bytesPerSecond = bytesASecond;
  }

  void heal() {
    sockets.forEach(NetSocket::close);
    sockets.clear();
    silent = false;
  }
}
