package io.heraldmesh.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** An open connection is not taken for a closed one, nor the other way round. */
class StrangerTest {
  private static final long SOON = LabRun.SECOND / 2;

  @Test
  void aConnectionThatTheOtherSideClosesIsClosed() throws IOException {
    try (ServerSocket server = listening();
        Socket socket = connected(server)) {
      server.accept().close();

      assertThat(Stranger.closes(socket, System.nanoTime() + 60 * LabRun.SECOND)).isTrue();
    }
  }

  @Test
  void oneThatStaysIsNotAlsoWhenItSaysSomething() throws IOException {
    try (ServerSocket server = listening();
        Socket socket = connected(server);
        Socket other = server.accept()) {
      other.getOutputStream().write(1);

      assertThat(Stranger.closes(socket, System.nanoTime() + SOON)).isFalse();
    }
  }

  private static ServerSocket listening() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static Socket connected(ServerSocket server) throws IOException {
    return new Stranger("127.0.0.1", server.getLocalPort(), 5_000).connect();
  }
}
