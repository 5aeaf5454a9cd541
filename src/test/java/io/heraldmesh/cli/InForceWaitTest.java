package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.bus.AdminService;
import io.heraldmesh.node.StartFailure;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How long {@code --wait} waits. */
@Timeout(60)
class InForceWaitTest {
  @TempDir Path folder;

  @Test
  void aControlNodeThatHangsIsWaitedForLittleLongerThanWasAsked() throws IOException {
    Path socket = folder.resolve("admin.sock");
    try (ServerSocketChannel hanging = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      hanging.bind(UnixDomainSocketAddress.of(socket));
      LocalExchange exchange = LocalExchange.connect(socket);
      try (AdminSession session = new AdminSession(AdminService.over(exchange), null, exchange)) {
        long begun = System.nanoTime();
        assertThatThrownBy(() -> InForceWait.until(session, "1.1", Duration.ofSeconds(1)))
            .isInstanceOf(StartFailure.class)
            .hasMessageContaining("no answer within");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(30));
      }
    }
  }
}
