package io.heraldmesh.proxy.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.OtherUser;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose a connection is, as the kernel tells it of real sockets. */
class SocketDiagnosisTest {
  private final SocketDiagnosis sockets = SocketDiagnosis.open();

  @AfterEach
  void close() {
    sockets.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void aConnectionIsItsClientsUsers(String address) throws Exception {
    InetAddress here = InetAddress.getByName(address);
    try (ServerSocket server = new ServerSocket(0, 5, here);
        Socket client = new Socket(here, server.getLocalPort());
        Socket accepted = server.accept()) {
      assertThat(sockets.of(end(accepted), end(client))).isEqualTo(OtherUser.myUid());
    }
  }

  /** Also one with a number of all 32 bits. */
  @ParameterizedTest
  @ValueSource(longs = {OtherUser.UID, 4_294_967_294L})
  void anotherUsersConnectionIsTheirs(long uid) throws Exception {
    OtherUser.assumeThere();
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
      InetSocketAddress address = (InetSocketAddress) server.getLocalSocketAddress();
      CompletableFuture<String> other =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return OtherUser.sends(uid, address, "hello");
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      try (Socket accepted = server.accept()) {
        assertThat(sockets.of(end(accepted), address)).isEqualTo(uid);
      }
      other.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aSocketThatIsClosedIsNobodys() throws Exception {
    InetAddress here = InetAddress.getByName("127.0.0.1");
    try (ServerSocket server = new ServerSocket(0, 5, here)) {
      Socket client = new Socket(here, server.getLocalPort());
      try (Socket accepted = server.accept()) {
        InetSocketAddress from = end(accepted);
        InetSocketAddress to = end(client);
        client.close();
        // the server has not closed its end, so the client's is still in the kernel, without owner
        assertThat(sockets.of(from, to)).isEqualTo(SocketOwner.NOBODY);
      }
    }
  }

  @Test
  void aListenerIsNoClient() throws Exception {
    InetAddress here = InetAddress.getByName("127.0.0.1");
    try (ServerSocket one = new ServerSocket(0, 5, here);
        ServerSocket other = new ServerSocket(0, 5, here)) {
      assertThat(
              sockets.of(
                  (InetSocketAddress) one.getLocalSocketAddress(),
                  (InetSocketAddress) other.getLocalSocketAddress()))
          .isEqualTo(SocketOwner.NOBODY);
    }
  }

  @Test
  void whatIsNotThereIsNobodys() {
    assertThat(
            sockets.of(
                new InetSocketAddress("192.0.2.1", 1), new InetSocketAddress("192.0.2.2", 2)))
        .isEqualTo(SocketOwner.NOBODY);
    assertThat(
            sockets.of(
                new InetSocketAddress("2001:db8::1", 1), new InetSocketAddress("2001:db8::2", 2)))
        .isEqualTo(SocketOwner.NOBODY);
  }

  @Test
  void afterItIsClosedItKnowsNobody() throws Exception {
    sockets.close();
    assertThat(
            sockets.of(
                new InetSocketAddress("127.0.0.1", 1), new InetSocketAddress("127.0.0.1", 2)))
        .isEqualTo(SocketOwner.NOBODY);
  }

  /** Its remote address, for an accepted socket that of its client. */
  private static InetSocketAddress end(Socket socket) {
    return (InetSocketAddress) socket.getRemoteSocketAddress();
  }
}
