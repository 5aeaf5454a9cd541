package io.heraldmesh.proxy.overload;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.tls.EventLoops;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.internal.PlatformDependent;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The real thing, on this JVM and this machine. */
class ProcessMemoryTest {
  private static final long GIB = 1L << 30;

  @Test
  void buffersOfNettyAreSeen() throws Exception {
    try (ProcessMemory memory = new ProcessMemory(GIB)) {
      double before = memory.look().direct();
      ByteBuf large = UnpooledByteBufAllocator.DEFAULT.directBuffer(64 << 20);
      try {
        assertThat(memory.look().direct()).isGreaterThan(before);
      } finally {
        large.release();
      }
    }
  }

  /** A flood leaves chunks of the pool behind of which a buffer here and there is still in use. */
  @Test
  void afterAFloodOfBuffersTheLevelIsNormalAgain() throws Exception {
    int buffers = 1024;
    int size = 32 << 10;
    int most = buffers * size * 10 / 9;
    ByteBufAllocator pool = allocator();
    // what other tests left in the pools, and in this process, is not of this flood
    System.gc();
    try (ProcessMemory memory =
        new ProcessMemory(1024 * GIB, PlatformDependent.usedDirectMemory() + most)) {
      Overload overload =
          new Overload(
              ofBuffers(memory), Thresholds.shedAt(60), "n", new SimpleMeterRegistry(), () -> 0);
      List<ByteBuf> flood = new ArrayList<>();
      for (int i = 0; i < buffers; i++) {
        flood.add(pool.directBuffer(size));
      }
      try {
        overload.look();
        assertThat(overload.saving()).as(overload.pressure().toString()).isTrue();
        long chunks = PlatformDependent.usedDirectMemory();
        for (int i = 0; i < buffers; i++) {
          if (i % 32 != 0) { // one of each chunk
            flood.get(i).release();
          }
        }
        assertThat(PlatformDependent.usedDirectMemory())
            .as("octets of chunks that the pool keeps")
            .isGreaterThan(chunks / 2);
        overload.look();
        assertThat(overload.level())
            .as(overload.pressure().toString())
            .isEqualTo(OverloadLevel.NORMAL);
        assertThat(overload.tight()).isFalse();
      } finally {
        flood.stream().filter(buffer -> buffer.refCnt() > 0).forEach(ByteBuf::release);
      }
    }
  }

  /** Without the heap, which is what other tests of this process have left in it. */
  private static Memory ofBuffers(Memory memory) {
    return new Memory() {
      @Override
      public Pressure look() {
        Pressure all = memory.look();
        return new Pressure(0, 0, all.direct(), all.resident());
      }

      @Override
      public void collect() {
        memory.collect();
      }
    };
  }

  /** The one that the data path's connections have. */
  private static ByteBufAllocator allocator() {
    Vertx vertx = Vertx.vertx();
    try {
      return (ByteBufAllocator)
          Objects.requireNonNull(
              EventLoops.of(vertx)
                  .client((EventLoop) EventLoops.of(vertx).all().iterator().next())
                  .config()
                  .options()
                  .get(ChannelOption.ALLOCATOR));
    } finally {
      vertx.close();
    }
  }

  @Test
  void residentMemoryIsWhatTheSystemSays() throws Exception {
    long little = 1 << 20; // so that it is more than all, and no free heap is taken off
    try (ProcessMemory memory = new ProcessMemory(little)) {
      double seen = memory.look().resident() * little / 1024;
      double said =
          Files.readAllLines(Path.of("/proc/self/status")).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
              .findFirst()
              .orElseThrow();
      assertThat(seen).isBetween(said * 0.8, said * 1.2);
    }
  }

  /** They are garbage soon, and then their place is there for the next. */
  @Test
  void youngObjectsAreNoNeedOfTheProcess() throws Exception {
    try (ProcessMemory memory = new ProcessMemory(GIB)) {
      memory.collect();
      double before = memory.look().resident();
      List<byte[]> young = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        young.add(new byte[64 << 10]);
      }
      double after = memory.look().resident();
      assertThat(young).hasSize(64);
      assertThat(after - before).as("of 4 MiB in 1024").isLessThan(0.002);
    }
  }

  @Test
  void withoutALimitOfItsOwnTheContainersOrTheMachinesHolds() throws Exception {
    try (ProcessMemory memory = new ProcessMemory(0)) {
      assertThat(memory.limit()).isPositive();
      assertThat(memory.look().resident()).isBetween(0.0, 1.0);
    }
  }

  @Test
  void aCollectionFreesWhatNobodyHolds() throws Exception {
    try (ProcessMemory memory = new ProcessMemory(GIB)) {
      memory.collect();
      assertThat(memory.look().heap()).isBetween(0.0, 0.9);
    }
  }
}
