package io.heraldmesh;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Whether this machine has IPv6. */
public final class Ipv6 {
  private Ipv6() {}

  /** Skips the test where nothing can listen at {@code ::1}. */
  public static void assumeThere() {
    assumeTrue(isThere(), "the machine has no IPv6");
  }

  /** A port that is free at {@code ::1}. */
  public static int freePort() {
    try (ServerSocket socket = loopback()) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isThere() {
    try (ServerSocket socket = loopback()) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  private static ServerSocket loopback() throws IOException {
    return new ServerSocket(0, 1, InetAddress.ofLiteral("::1"));
  }
}
