package io.heraldmesh.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** Threads of this process whose sockets are in the network of a lab's host: {@code setns(2)}. */
@SuppressWarnings("restricted") // functions of the C library, called as they are declared
final class InHost {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final int O_RDONLY = 0;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle OPEN =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("open"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("close"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle SETNS =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("setns"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private InHost() {}

  /** What is done there. */
  interface Work {
    void run() throws Exception;
  }

  /**
   * Starts a platform thread there. Blocking sockets that it makes are the host's.
   *
   * @param network see {@link Hosts#file}
   */
  static Thread start(Path network, String name, Work work) {
    return Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(
            () -> {
              try {
                enter(network);
                work.run();
              } catch (Exception e) {
                throw new IllegalStateException(name, e);
              }
            });
  }

  private static void enter(Path network) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(network.toString());
      int descriptor = (int) OPEN.invokeExact(path, O_RDONLY);
      if (descriptor < 0) {
        throw new IOException(network + " cannot be opened");
      }
      int entered = (int) SETNS.invokeExact(descriptor, CLONE_NEWNET);
      int closed = (int) CLOSE.invokeExact(descriptor);
      if (entered != 0 || closed != 0) {
        throw new IOException(network + " cannot be entered; needs root");
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
