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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long {@code --wait} waits. */
@Timeout(60)
class InForceWaitTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"3000000h", "24h1ms", "999999999999h999999999999h"})
  void aTimeThatNobodyWaitsForIsRefusedBeforeAnythingIsSent(String time) {
    CommandRun run = delete(time);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--timeout", "'" + time + "' is longer than 24h");
  }

  @Test
  void aDayIsWaitedFor() {
    assertThat(delete("24h").err()).contains("cannot reach a control node");
  }

  /** With a control node that is not there, which only a request finds out. */
  private CommandRun delete(String timeout) {
    Path nobody = folder.resolve("nobody.sock");
    return CommandRun.of(
        "delete", "service", "a/web", "--wait", "--timeout", timeout, "--socket", nobody);
  }

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
