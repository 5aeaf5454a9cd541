package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that takes its time holds up its own service and nobody's memory. */
class SlowReaderTest {
  private static final int LARGE = 64 * 1024 * 1024;

  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void aLargeResponseIsNotHeldInMemory() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("GET /big?" + LARGE + " HTTP/1.1", "Host: server.b");
      client.headOnly();
      long before = usedByBuffers();
      // the service blocks long before it has written all, and stays so while nobody reads
      java.util.concurrent.locks.LockSupport.parkNanos(700_000_000);
      assertThat(usedByBuffers() - before).isLessThan(LARGE / 4);
      assertThat(mesh.log).isEmpty();
      assertThat(client.read(LARGE)).hasSize(LARGE);
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
  }

  @Test
  void theConnectionIsReadAgainByTheNextRequest() throws Exception {
    for (int round = 0; round < 5; round++) {
      try (RawClient slow = mesh.call()) {
        slow.head("GET /big?4000000 HTTP/1.1", "Host: server.b");
        slow.headOnly();
        java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
        assertThat(slow.read(4_000_000)).hasSize(4_000_000);
        for (int i = 0; i < 5; i++) {
          assertThat(slow.get("/big?65536", "server.b").body()).hasSize(65_536);
        }
      }
    }
  }

  @Test
  void aClientThatGoesAwayFreesTheService() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("GET /big?" + LARGE + " HTTP/1.1", "Host: server.b");
      client.headOnly();
    }
    Mesh.eventually(
        () -> mesh.log.stream().anyMatch(entry -> entry.reporter().equals("destination")));
  }

  private static long usedByBuffers() {
    return new EmbeddedChannel().config().getAllocator() instanceof ByteBufAllocatorMetricProvider p
        ? p.metric().usedDirectMemory() + p.metric().usedHeapMemory()
        : 0;
  }
}
