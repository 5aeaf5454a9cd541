package io.heraldmesh.proxy.overload;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Files;
import java.nio.file.Path;
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
