package io.heraldmesh.tls;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.Test;

/** Where the server shows nothing at all, why it did not is what is said. */
class OwnSocketTest {

  @Test
  void aServerThatEndsTheHandshakeIsToldFromOneThatShowsAnotherCertificate() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread ends =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Socket client = server.accept()) {
                      client.getInputStream().read();
                    } catch (java.io.IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  OwnSocket.requireLeaf((InetSocketAddress) server.getLocalSocketAddress(), keys()))
          .withMessageStartingWith("TLS of the event bus cannot be tried: ");
      ends.join();
    }
  }

  private static X509ExtendedKeyManager keys() throws Exception {
    KeyManagerFactory none = KeyManagerFactory.getInstance("PKIX");
    none.init(null, null);
    for (KeyManager manager : none.getKeyManagers()) {
      if (manager instanceof X509ExtendedKeyManager keys) {
        return keys;
      }
    }
    throw new AssertionError("the JDK has no key manager");
  }
}
