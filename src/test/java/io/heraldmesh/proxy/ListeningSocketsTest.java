package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What Linux says of its sockets, read. */
class ListeningSocketsTest {
  @TempDir private Path folder;

  static boolean littleEndian() {
    return java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN;
  }

  @Test
  @EnabledIf("littleEndian")
  void addressesOfBothFamiliesAreReadAndOnlyListenersCount() throws Exception {
    Files.writeString(
        folder.resolve("tcp"),
        """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
           0: 0100007F:2328 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
           1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
           2: 0500000A:2328 0600000A:C350 01 00000000:00000000 00:00000000 00000000     0
        """);
    Files.writeString(
        folder.resolve("tcp6"),
        """
          sl  local_address                         remote_address                        st
           0: 00000000000000000000000001000000:2329 00000000000000000000000000000000:0000 0A
           1: 0000000000000000FFFF00000100007F:232A 00000000000000000000000000000000:0000 0A
           2: B80D0120000000000000000005000000:FFFF 00000000000000000000000000000000:0000 0A
        """);
    assertThat(ListeningSockets.in(folder))
        .containsExactly(
            new InetSocketAddress("127.0.0.1", 9000),
            new InetSocketAddress("0.0.0.0", 80),
            new InetSocketAddress("::1", 9001),
            new InetSocketAddress("127.0.0.1", 9002),
            new InetSocketAddress("2001:db8::5", 65535));
  }

  @Test
  void aMachineWithoutIpv6HasItsOtherSockets() throws Exception {
    Files.writeString(folder.resolve("tcp"), "heading\n");
    assertThat(ListeningSockets.in(folder)).isEmpty();
  }

  @Test
  @EnabledIf("littleEndian")
  void tensOfThousandsOfConnectionsAreNotHeldAtOnce() throws Exception {
    StringBuilder lines = new StringBuilder("  sl  local_address rem_address   st\n");
    for (int i = 0; i < 20_000; i++) {
      lines.append(
          "%4d: 0100007F:2328 0100007F:%04X 06 00000000:00000000 03:00000F83 00000000     0        0 0 3 0000000000000000%n"
              .formatted(i, i));
    }
    lines.append(
        "20000: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 0 0 0 77 1\n");
    Files.writeString(folder.resolve("tcp"), lines);
    ListeningSockets.in(folder); // loads what it needs
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThat(ListeningSockets.in(folder)).containsExactly(new InetSocketAddress("127.0.0.1", 80));
    long taken = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(taken).as("octets for a list of %d", lines.length()).isLessThan(3L * lines.length());
    assertThat(ListeningSockets.byInode(folder))
        .isEqualTo(Map.of("77", new InetSocketAddress("127.0.0.1", 80)));
  }

  @Test
  void aSystemThatDoesNotTellIsAnError() {
    assertThatThrownBy(() -> ListeningSockets.in(folder)).isInstanceOf(IOException.class);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aSocketThatListensIsFoundAndOneThatIsConnectedIsNot() throws Exception {
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    try (ServerSocket server = new ServerSocket(0, 1, loopback);
        Socket client = new Socket(loopback, server.getLocalPort())) {
      assertThat(ListeningSockets.in(Path.of("/proc/self/net")))
          .contains(new InetSocketAddress(loopback, server.getLocalPort()))
          .doesNotContain(new InetSocketAddress(loopback, client.getLocalPort()));
    }
  }
}
