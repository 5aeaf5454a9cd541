package io.heraldmesh.proxy.overload;

import com.sun.management.OperatingSystemMXBean;
import io.heraldmesh.tls.Buffers;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Memory as the JVM, Netty and Linux count it. Belongs to one thread. */
public final class ProcessMemory implements Memory, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessMemory.class);
  private static final Path STATM = Path.of("/proc/self/statm");
  private static final long UNKNOWN_PAGE = 4096;
  private static final double ALMOST_ALL = 0.97;

  private final MemoryPoolMXBean old;
  private final DirectMemory direct;
  private final MemoryMXBean heap = ManagementFactory.getMemoryMXBean();
  private final long limit;
  private final @Nullable FileChannel statm;
  private final ByteBuffer line = ByteBuffer.allocateDirect(128);
  private final long page;

  /**
   * @param limit of the process in octets; 0: its container's, or else the machine's memory
   */
  public ProcessMemory(long limit) {
    this(limit, PlatformDependent.maxDirectMemory());
  }

  /**
   * @param buffers octets that direct buffers may take
   */
  ProcessMemory(long limit, long buffers) {
    BufferPoolMXBean counted = directBuffers();
    this.direct = new DirectMemory(() -> buffers(counted), Buffers::idle, buffers);
    this.old = longLived();
    this.limit = limit > 0 ? limit : ofContainer();
    this.statm = open();
    this.page = statm == null ? UNKNOWN_PAGE : pageSize();
  }

  /** Octets of memory that the process may have. */
  public long limit() {
    return limit;
  }

  @Override
  public Pressure look() {
    MemoryUsage heap = old.getUsage();
    long most = heap.getMax() > 0 ? heap.getMax() : Runtime.getRuntime().maxMemory();
    DirectMemory.Seen buffers = direct.look();
    return new Pressure(
        share(heap.getUsed(), most),
        share(afterCollection(heap), most),
        buffers.share(),
        residentShare(buffers.reusable(), heap.getUsed()));
  }

  /** Netty's count, or the JDK's where that is higher: each keeps to the limit by its own. */
  private static long buffers(BufferPoolMXBean buffers) {
    return Math.max(PlatformDependent.usedDirectMemory(), buffers.getTotalCapacity());
  }

  /** As good as all of it, where this JVM does not say. */
  private long afterCollection(MemoryUsage now) {
    MemoryUsage then = old.getCollectionUsage();
    return then == null ? now.getUsed() : then.getUsed();
  }

  /**
   * The heap keeps what it once got from the system, full or not, and so do pools of buffers; so
   * their free part is no sign of need, unless the system is about to end the process. Nor is what
   * was made since the last collection of young objects: the next one makes room for as much.
   */
  private double residentShare(long reusable, long longLived) {
    long resident = resident();
    double all = share(resident, limit);
    return all >= ALMOST_ALL
        ? all
        : share(resident - reusable - heap.getHeapMemoryUsage().getCommitted() + longLived, limit);
  }

  @Override
  public void collect() {
    System.gc();
  }

  private static double share(long used, long most) {
    return used <= 0 || most <= 0 ? 0 : (double) used / most;
  }

  /** The pool that outlives collections of young objects; the largest, when several could be. */
  private static MemoryPoolMXBean longLived() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported())
        .max(Comparator.comparingLong(pool -> pool.getUsage().getMax()))
        .orElseThrow(
            () -> new IllegalStateException("this JVM has no pool for long-lived objects"));
  }

  private static BufferPoolMXBean directBuffers() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("this JVM does not count direct buffers"));
  }

  private static long ofContainer() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 0;
  }

  private static @Nullable FileChannel open() {
    try {
      return Files.isReadable(STATM) ? FileChannel.open(STATM, StandardOpenOption.READ) : null;
    } catch (IOException e) {
      LOG.warn("resident memory is not looked at: {}", e.toString());
      return null;
    }
  }

  /** In octets; 0 where the system does not say. */
  private long resident() {
    FileChannel file = statm;
    if (file == null) {
      return 0;
    }
    try {
      line.clear();
      int length = file.read(line, 0);
      line.flip();
      return length <= 0 ? 0 : secondNumber(line) * page;
    } catch (IOException e) {
      return 0;
    }
  }

  private static long secondNumber(ByteBuffer text) {
    while (text.hasRemaining() && text.get() != ' ') {
      // the first is the size of the address space
    }
    long number = 0;
    while (text.hasRemaining()) {
      int digit = text.get() - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  /** {@code statm} counts pages, {@code status} says how many KiB that is. */
  private long pageSize() {
    try {
      long kib = 0;
      for (String status :
          Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.UTF_8)) {
        if (status.startsWith("VmSize:")) {
          kib = Long.parseLong(status.replaceAll("\\D", ""));
        }
      }
      String[] pages = Files.readString(STATM).split(" ", 2);
      double size = kib * 1024.0 / Long.parseLong(pages[0]);
      // a power of two near to it: the process may have grown in between
      return size < 8192 * 0.75 ? 4096 : size < 32768 ? 16384 : 65536;
    } catch (IOException | RuntimeException e) {
      return UNKNOWN_PAGE;
    }
  }

  @Override
  public void close() throws IOException {
    if (statm != null) {
      statm.close();
    }
  }
}
