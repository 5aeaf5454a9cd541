package io.heraldmesh.proxy.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Asks the kernel for the one socket with a client's addresses. It looks it up by its hash table
 * and answers at once, so neither the number of sockets nor other processes make it slow.
 * Thread-safe.
 *
 * <p>Source: Linux, sock_diag(7), {@code struct inet_diag_req_v2} and {@code inet_diag_msg}.
 */
public final class SocketDiagnosis implements SocketOwner, AutoCloseable {
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
  private static final int NETLINK_SOCK_DIAG = 4;
  private static final int MSG_DONTWAIT = 0x40;
  private static final short SOCK_DIAG_BY_FAMILY = 20;
  private static final short NLM_F_REQUEST = 1;
  private static final byte AF_INET = 2;
  private static final byte AF_INET6 = 10;
  private static final byte IPPROTO_TCP = 6;
  private static final int REQUEST = 72;
  private static final int HEADER = 16;
  private static final int MESSAGE = HEADER + 72;
  private static final int MOST = 4096;

  /** Late answers to earlier questions that are passed over. */
  private static final int MOST_STALE = 16;

  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private final Arena arena = Arena.ofShared();
  private final MemorySegment request = arena.allocate(REQUEST, 8);
  private final MemorySegment answer = arena.allocate(MOST, 8);
  private final MethodHandle send;
  private final MethodHandle receive;
  private final MethodHandle close;
  private final int socket;
  private int sequence;
  private boolean closed;

  private SocketDiagnosis() throws Throwable {
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor transfer =
        FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT);
    send = function(linker, "send", transfer);
    receive = function(linker, "recv", transfer);
    close =
        function(
            linker, "close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    MethodHandle open =
        function(
            linker,
            "socket",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT));
    socket = (int) open.invokeExact(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG);
    if (socket < 0) {
      throw new IllegalStateException("no socket of the kind sock_diag");
    }
  }

  /**
   * @throws IllegalStateException when this system does not tell; nobody's identity may then rest
   *     on the user that calls
   */
  @SuppressWarnings("IllegalCatch")
  public static SocketDiagnosis open() {
    try {
      return new SocketDiagnosis();
    } catch (Throwable e) {
      throw new IllegalStateException(
          "this system does not tell whose a connection is (Linux, sock_diag): " + e.getMessage(),
          e);
    }
  }

  @Override
  public synchronized long of(InetSocketAddress client, InetSocketAddress dialled) {
    if (closed) {
      return NOBODY;
    }
    Pair asked = new Pair(client, dialled);
    write(asked);
    try {
      if ((long) send.invokeExact(socket, request, (long) REQUEST, MSG_DONTWAIT) != REQUEST) {
        return NOBODY;
      }
      for (int i = 0; i < MOST_STALE; i++) {
        long length = (long) receive.invokeExact(socket, answer, (long) MOST, MSG_DONTWAIT);
        if (length < HEADER) {
          return NOBODY;
        }
        ByteBuffer told = answer.asSlice(0, length).asByteBuffer().order(ByteOrder.nativeOrder());
        if (told.getInt(8) == sequence) {
          return owner(told, asked);
        }
      }
      return NOBODY;
    } catch (Throwable e) {
      throw new IllegalStateException("sock_diag", e);
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      int done = (int) close.invokeExact(socket);
      assert done == 0 : "a socket that is open can be closed";
    } catch (Throwable e) {
      throw new IllegalStateException("sock_diag", e);
    } finally {
      arena.close();
    }
  }

  private void write(Pair asked) {
    ByteBuffer out = request.asByteBuffer().order(ByteOrder.nativeOrder());
    sequence++;
    out.putInt(REQUEST).putShort(SOCK_DIAG_BY_FAMILY).putShort(NLM_F_REQUEST);
    out.putInt(sequence).putInt(0);
    out.put(asked.six ? AF_INET6 : AF_INET).put(IPPROTO_TCP).putShort((short) 0).putInt(-1);
    asked.write(out);
    // no cookie: the addresses are enough
    out.putInt(-1).putInt(-1);
  }

  /** Of the very socket that was asked for, and only while somebody has it open. */
  private static long owner(ByteBuffer told, Pair asked) {
    if (told.getShort(4) != SOCK_DIAG_BY_FAMILY || told.limit() < MESSAGE) {
      return NOBODY;
    }
    boolean six = told.get(HEADER) == AF_INET6;
    byte[] ports = new byte[4];
    told.get(HEADER + 4, ports);
    byte[] from = new byte[16];
    told.get(HEADER + 8, from);
    byte[] to = new byte[16];
    told.get(HEADER + 24, to);
    boolean same = asked.is(ports, six ? from : mapped(from), six ? to : mapped(to));
    long uid = Integer.toUnsignedLong(told.getInt(HEADER + 64));
    int inode = told.getInt(HEADER + 68);
    // a socket that its process has closed belongs to root until it is gone
    return same && inode != 0 ? uid : NOBODY;
  }

  private static byte[] mapped(byte[] four) {
    byte[] all = Arrays.copyOf(MAPPED, 16);
    System.arraycopy(four, 0, all, 12, 4);
    return all;
  }

  /** These are the functions of the C library, with the types it declares. */
  @SuppressWarnings("restricted")
  private static MethodHandle function(Linker linker, String name, FunctionDescriptor type) {
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }

  /** The two ends of a connection, as the client's socket has them. */
  private static final class Pair {
    private final byte[] ports;
    private final byte[] from;
    private final byte[] to;
    private final boolean six;

    Pair(InetSocketAddress client, InetSocketAddress dialled) {
      ports =
          ByteBuffer.allocate(4)
              .putShort((short) client.getPort())
              .putShort((short) dialled.getPort())
              .array();
      from = wide(client.getAddress());
      to = wide(dialled.getAddress());
      six = !(client.getAddress() instanceof Inet4Address);
    }

    void write(ByteBuffer out) {
      out.put(ports);
      put(out, from);
      put(out, to);
      out.putInt(0);
    }

    boolean is(byte[] otherPorts, byte[] otherFrom, byte[] otherTo) {
      return Arrays.equals(ports, otherPorts)
          && Arrays.equals(from, otherFrom)
          && Arrays.equals(to, otherTo);
    }

    private void put(ByteBuffer out, byte[] address) {
      if (six) {
        out.put(address);
      } else {
        out.put(address, 12, 4).put(new byte[12]);
      }
    }

    private static byte[] wide(InetAddress address) {
      byte[] octets = address.getAddress();
      return octets.length == 16 ? octets : mapped(octets);
    }
  }
}
