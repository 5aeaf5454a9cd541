package io.heraldmesh.proxy;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Listening sockets that the service manager made and passed to this process, so that it may be
 * replaced while nobody who connects is refused. Immutable.
 *
 * <p>Source: sd_listen_fds(3): {@code LISTEN_PID}, {@code LISTEN_FDS}, {@code LISTEN_FDNAMES}; the
 * descriptors are 3 and those after it.
 */
public final class InheritedSockets {
  private static final int FIRST = 3;
  private static final String ANYWHERE = "0.0.0.0";

  /** As systemd bounds what it keeps for a service. */
  private static final int MOST = 4096;

  private static final Pattern SOCKET = Pattern.compile("socket:\\[([0-9]+)]");

  private final Map<String, ListenAddress> byName;
  private final @Nullable String problem;
  private final @Nullable ListenAddress other;

  private InheritedSockets(
      Map<String, ListenAddress> byName, @Nullable String problem, @Nullable ListenAddress other) {
    this.byName = Map.copyOf(byName);
    this.problem = problem;
    this.other = other;
  }

  private InheritedSockets(Map<String, ListenAddress> byName, @Nullable String problem) {
    this(byName, problem, null);
  }

  /** Of another process, for whoever need not know where it listens: there is one of any name. */
  public static InheritedSockets ofAnyName() {
    return new InheritedSockets(Map.of(), null, new ListenAddress(new HostPort(ANYWHERE, 0)));
  }

  /**
   * Those that another process will have, as far as is known. Nobody can listen on them here.
   *
   * @param addresses by name; {@code 0.0.0.0} where only the port is known
   */
  public static InheritedSockets ofAnother(Map<String, HostPort> addresses) {
    Map<String, ListenAddress> found = new HashMap<>();
    addresses.forEach((name, address) -> found.put(name, new ListenAddress(address)));
    return new InheritedSockets(found, "its port is not known here");
  }

  /** Those of this process. */
  public static InheritedSockets ours() {
    return Ours.SOCKETS;
  }

  /**
   * @param process the folder of this process under {@code /proc}
   */
  static InheritedSockets of(Map<String, String> environment, long pid, Path process) {
    String count = environment.getOrDefault("LISTEN_FDS", "");
    if (count.isEmpty() || !environment.getOrDefault("LISTEN_PID", "").equals("" + pid)) {
      return new InheritedSockets(Map.of(), "no sockets were passed to this process (LISTEN_FDS)");
    }
    try {
      int passed = Integer.parseInt(count);
      if (passed < 0 || passed > MOST) {
        throw new IllegalArgumentException("LISTEN_FDS is " + count);
      }
      return read(
          passed, List.of(environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1)), process);
    } catch (IOException | IllegalArgumentException e) {
      return new InheritedSockets(
          Map.of(), "the sockets that were passed cannot be used: " + e.getMessage());
    }
  }

  private static InheritedSockets read(int passed, List<String> names, Path process)
      throws IOException {
    if (passed > 0 && names.size() != passed) {
      throw new IllegalArgumentException(
          "LISTEN_FDNAMES has " + names.size() + " names for " + passed + " sockets");
    }
    Map<String, InetSocketAddress> listening = ListeningSockets.byInode(process.resolve("net"));
    Map<String, ListenAddress> found = new HashMap<>();
    for (int i = 0; i < passed; i++) {
      int descriptor = FIRST + i;
      Path link = Files.readSymbolicLink(process.resolve("fd").resolve("" + descriptor));
      Matcher inode = SOCKET.matcher(link.toString());
      InetSocketAddress at = inode.matches() ? listening.get(inode.group(1)) : null;
      if (at == null) {
        throw new IllegalArgumentException(
            "descriptor " + descriptor + " (" + names.get(i) + ") is no listening TCP socket");
      }
      HostPort address = new HostPort(at.getAddress().getHostAddress(), at.getPort());
      if (found.put(names.get(i), new ListenAddress(address, descriptor)) != null) {
        throw new IllegalArgumentException("two sockets have the name " + names.get(i));
      }
    }
    return new InheritedSockets(found, null);
  }

  /**
   * The socket of that name ({@code FileDescriptorName=} of a systemd socket unit).
   *
   * @throws IllegalArgumentException when there is none; the message says what there is
   */
  public ListenAddress named(String name) {
    ListenAddress known = byName.get(name);
    ListenAddress found = known == null ? other : known;
    if (found == null) {
      throw new IllegalArgumentException(
          "no socket \""
              + name
              + "\": "
              + (problem == null ? "passed were " + new TreeSet<>(byName.keySet()) : problem));
    }
    return found;
  }

  /** Every one that was passed. */
  public List<ListenAddress> all() {
    return List.copyOf(byName.values());
  }

  /**
   * Whoever made it may have left it blocking, and an event loop that accepts must not wait.
   *
   * <p>Source: fcntl(2), {@code F_SETFL} with {@code O_NONBLOCK} of Linux.
   *
   * @throws IllegalStateException when the system refuses
   */
  @SuppressWarnings("restricted") // a function of the C library, called as it is declared
  static void neverBlock(int descriptor) {
    Linker linker = Linker.nativeLinker();
    MethodHandle control =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("fcntl"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    try {
      if ((int) control.invokeExact(descriptor, 4, 0x800) != 0) {
        throw new IllegalStateException("descriptor " + descriptor + " cannot be set");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Ours {
    static final InheritedSockets SOCKETS =
        of(System.getenv(), ProcessHandle.current().pid(), Path.of("/proc/self"));
  }
}
