package io.heraldmesh.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * TCP sockets that something on this machine listens on, as Linux tells them.
 *
 * <p>Source: proc_pid_net(5), {@code /proc/net/tcp}.
 */
final class ListeningSockets {
  private static final String LISTEN = "0A";
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  private ListeningSockets() {}

  /**
   * Every listening socket, IPv4 and IPv6, of this network namespace.
   *
   * @param folder {@code /proc/self/net}
   * @throws IOException when the system does not tell; it may have no IPv6
   */
  static List<InetSocketAddress> in(Path folder) throws IOException {
    List<InetSocketAddress> sockets = new ArrayList<>();
    read(folder, (line, address) -> sockets.add(address));
    return sockets;
  }

  /** The same, by inode: what {@code /proc/self/fd} calls a socket. */
  static Map<String, InetSocketAddress> byInode(Path folder) throws IOException {
    Map<String, InetSocketAddress> sockets = new HashMap<>();
    read(folder, (line, address) -> sockets.put(BLANKS.split(line.strip(), 11)[9], address));
    return sockets;
  }

  /**
   * Tells of each socket that listens. The system's list has every connection and every one that
   * has just ended: some tens of thousands, and megabytes, of which one line is held at a time.
   */
  private static void read(Path folder, BiConsumer<String, InetSocketAddress> found)
      throws IOException {
    readFile(folder.resolve("tcp"), found);
    Path six = folder.resolve("tcp6");
    if (Files.exists(six)) {
      readFile(six, found);
    }
  }

  private static void readFile(Path file, BiConsumer<String, InetSocketAddress> found)
      throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(file, US_ASCII)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        InetSocketAddress address = line.contains(LISTEN) ? listening(line) : null;
        if (address != null) {
          found.accept(line, address);
        }
      }
    }
  }

  /** The address of one line; null for a heading and for sockets in any other state. */
  private static @Nullable InetSocketAddress listening(String line) {
    String[] fields = BLANKS.split(line.strip(), 5);
    if (fields.length < 4 || !fields[3].equals(LISTEN)) {
      return null;
    }
    int colon = fields[1].indexOf(':');
    int port = HexFormat.fromHexDigits(fields[1], colon + 1, fields[1].length());
    return new InetSocketAddress(address(fields[1].substring(0, colon)), port);
  }

  /** Written as words of 32 bits in the order of the processor. */
  private static InetAddress address(String hex) {
    ByteBuffer octets = ByteBuffer.allocate(hex.length() / 2).order(ByteOrder.nativeOrder());
    for (int at = 0; at < hex.length(); at += 8) {
      octets.putInt(HexFormat.fromHexDigits(hex, at, at + 8));
    }
    try {
      return InetAddress.getByAddress(octets.array());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("no address: " + hex, e);
    }
  }
}
