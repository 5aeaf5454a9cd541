package io.heraldmesh.node;

import static io.heraldmesh.node.NodeFiles.LEAST;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.proxy.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeFileLimitsTest {
  @TempDir Path folder;
  private NodeFiles files;

  @BeforeEach
  void inAFolder() {
    files = new NodeFiles(folder);
  }

  @Test
  void theTokenCacheHasASizeOrIsOff() throws IOException {
    assertThat(files.read(LEAST + "  limits: {tokenCache: 0}\n").limits().tokenCacheBytes())
        .isZero();
    assertThat(files.read(LEAST + "  limits: {tokenCache: 65536}\n").limits().tokenCacheBytes())
        .isEqualTo(65536);
    assertThat(files.read(LEAST + "  limits: {}\n").limits().tokenCacheBytes()).isEqualTo(8 << 20);
  }

  @Test
  void memoryAndRoomAreLimitedAsTheFileSays() throws IOException {
    Limits none = files.read(LEAST).limits();
    assertThat(none.memoryBytes()).isZero();
    assertThat(none.shedPercent()).isEqualTo(90);
    assertThat(none.connectionsPerAddress()).isEqualTo(10_000);
    assertThat(none.newcomers()).isEqualTo(1_000);
    Limits said =
        files
            .read(
                LEAST
                    + "  limits: {memoryMiB: 256, shedPercent: 85, connectionsPerAddress: 50,"
                    + " newcomers: 20}\n")
            .limits();
    assertThat(said.memoryBytes()).isEqualTo(256L << 20);
    assertThat(said.shedPercent()).isEqualTo(85);
    assertThat(said.connectionsPerAddress()).isEqualTo(50);
    assertThat(said.newcomers()).isEqualTo(20);
    assertThat(said.connections()).isEqualTo(none.connections());
  }

  @Test
  void aListenerTakesAsManyConnectionsAsTheFileSays() throws IOException {
    assertThat(files.read(LEAST).limits().connections()).isEqualTo(20_000);
    assertThat(files.read(LEAST + "  limits: {connections: 7}\n").limits().connections())
        .isEqualTo(7);
    assertThat(files.read(LEAST + "  limits: {connections: 7}\n").limits().tokenCacheBytes())
        .isEqualTo(8 << 20);
  }

  @Test
  void messagesAndTimesAreLimitedAsTheFileSays() throws IOException {
    Limits said =
        files
            .read(
                LEAST
                    + """
                  limits:
                    requestLineBytes: 1000
                    headerBytes: 2000
                    headerCount: 30
                    concurrentStreams: 4
                    resetsPer30s: 5
                    handshakeTimeout: 3s
                    headTimeout: 4s
                    idleTimeout: 5s
                    streamIdleTimeout: 6s
                    connectTimeout: 700ms
                    responseTimeout: 8s
                    upstreamIdleTimeout: 9s
                """)
            .limits();
    assertThat(said)
        .isEqualTo(
            Limits.DEFAULTS.with(
                to ->
                    to.requestLineBytes(1000)
                        .headerBytes(2000)
                        .headerCount(30)
                        .concurrentStreams(4)
                        .resetsPerWindow(5)
                        .handshake(Duration.ofSeconds(3))
                        .detection(Duration.ofSeconds(3))
                        .requestHead(Duration.ofSeconds(4))
                        .idle(Duration.ofSeconds(5))
                        .streamIdle(Duration.ofSeconds(6))
                        .connect(Duration.ofMillis(700))
                        .response(Duration.ofSeconds(8))
                        .upstreamIdle(Duration.ofSeconds(9))));
  }

  @Test
  void aSilentClientIsWaitedForAsLongAsTheFileSays() throws IOException {
    assertThat(files.read(LEAST).limits().detection()).isEqualTo(Duration.ofSeconds(5));
    assertThat(files.read(LEAST + "  limits: {protocolDetection: 250ms}\n").limits().detection())
        .isEqualTo(Duration.ofMillis(250));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          limits: {tokenCache: -1}                | spec.limits.tokenCache | not within
          limits: {tokenCache: 9999999999}        | spec.limits.tokenCache | not within
          limits: {tokenCache: 8Mi}               | spec.limits.tokenCache | a number
          limits: {tokenCache: 65535}             | spec.limits.tokenCache | hold no token
          limits: {protocolDetection: 0s}         | spec.limits.protocolDetection | at least 100ms
          limits: {protocolDetection: 16s}        | spec.limits.protocolDetection | longer than
          limits: {handshakeTimeout: 2s, protocolDetection: 3s} | spec.limits.protocolDetection | longer than
          limits: {requestLineBytes: 100}         | spec.limits.requestLineBytes | not within
          limits: {headerBytes: 2000000}          | spec.limits.headerBytes | not within
          limits: {headerCount: 0}                | spec.limits.headerCount | not within
          limits: {concurrentStreams: 0}          | spec.limits.concurrentStreams | not within
          limits: {resetsPer30s: 0}               | spec.limits.resetsPer30s | not within
          limits: {headTimeout: 10}               | spec.limits.headTimeout | duration
          limits: {idleTimeout: 0s}               | spec.limits.idleTimeout | at least 1s
          limits: {streamIdleTimeout: 25h}        | spec.limits.streamIdleTimeout | longer than
          limits: {connectTimeout: 2m}            | spec.limits.connectTimeout | longer than
          limits: {responseTimeout: 2h}           | spec.limits.responseTimeout | longer than
          limits: {upstreamIdleTimeout: -1s}      | spec.limits.upstreamIdleTimeout | duration
          limits: {connectionsPerAddress: 0}      | spec.limits.connectionsPerAddress | not within
          limits: {newcomers: 0}                  | spec.limits.newcomers  | not within
          limits: {memoryMiB: 63}                 | spec.limits.memoryMiB  | not within
          limits: {shedPercent: 49}               | spec.limits.shedPercent | not within
          limits: {shedPercent: 99}               | spec.limits.shedPercent | not within
          limits: {connections: 0}                | spec.limits.connections | not within
          limits: {connections: 1000001}          | spec.limits.connections | not within
          limits: {tokencache: 0}                 | spec.limits.tokencache | unknown field
          """)
  void aLimitThatIsNoneIsNamedWithItsPlace(String line, String field, String message)
      throws IOException {
    files.refuses(line, field, message);
  }
}
