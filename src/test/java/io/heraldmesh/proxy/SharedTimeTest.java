package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.MtlsMode;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** First bytes and TLS handshake have one time together, and a head has its own from its begin. */
@Timeout(60)
class SharedTimeTest {
  private static final Duration HANDSHAKE = Duration.ofSeconds(3);
  private static final Duration HEAD = Duration.ofSeconds(2);

  private Mesh mesh;
  private long began;

  @BeforeEach
  void start() throws Exception {
    mesh =
        Mesh.ready(
            Mesh.Options.DEFAULT.limits(
                Limits.DEFAULTS.with(to -> to.handshake(HANDSHAKE).requestHead(HEAD))));
    mesh.policy(MtlsMode.PERMISSIVE);
    began = System.nanoTime();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void aHelloThatComesLateLeavesTheHandshakeTheRest() throws Exception {
    try (RawClient client = new RawClient(mesh.inbound)) {
      late(HANDSHAKE.minusMillis(500));
      assertThat(client.send(hello()).readAll()).isNotEmpty();
      assertThat(passed()).isLessThan(HANDSHAKE.plusMillis(1_500));
    }
  }

  @Test
  void whoSaysNothingInsideHasNoLonger() throws Exception {
    mesh.policy(MtlsMode.STRICT);
    try (SSLSocket socket = mesh.tlsSocket(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
      late(Duration.ofSeconds(2));
      socket.startHandshake();
      assertThat(new RawClient(socket).readAll()).isEmpty();
      assertThat(passed()).isLessThan(HANDSHAKE.plusMillis(1_500));
    }
  }

  @Test
  void aHeadIsTimedFromItsFirstByteThoughThatDidNotTellWhatItIs() throws Exception {
    try (RawClient client = new RawClient(mesh.inbound)) {
      client.send("G");
      late(HEAD.minusMillis(300));
      assertThat(client.send("ET ").readAll()).isEmpty();
      assertThat(passed()).isLessThan(HEAD.plusMillis(1_200));
    }
  }

  private void late(Duration time) {
    Mesh.eventually(() -> passed().compareTo(time) >= 0);
  }

  private Duration passed() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /** Of mesh TLS, whole. */
  private static byte[] hello() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, null, new SecureRandom());
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"istio"});
    engine.setSSLParameters(parameters);
    ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), out);
    return Arrays.copyOf(out.array(), out.position());
  }
}
