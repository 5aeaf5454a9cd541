package io.heraldmesh.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.locks.LockSupport;

/**
 * Whoever wishes a node ill, as a process of its own, with the services that fail it. On standard
 * output it says {@code service NAME PORT} for each of them; on standard input it takes {@code to
 * WHAT PORT} for what the node listens on, {@code start ATTACK} and {@code stop}, each answered by
 * a line when it is done.
 *
 * <p>Argument: the folder with the certificate with which it may come.
 */
final class Attacker {
  private final Map<String, Integer> ports = new HashMap<>();
  private final Attacks attacks;

  private Attacker(Path certificates) {
    this.attacks = new Attacks(certificates, ports);
  }

  public static void main(String... arguments) throws Exception {
    say("service slow " + service(Attacker::slow));
    say("service reset " + service(Attacker::reset));
    say("service half " + service(Attacker::half));
    Attacker attacker = new Attacker(Path.of(arguments[0]));
    Scanner in = new Scanner(System.in, StandardCharsets.UTF_8);
    while (in.hasNextLine()) {
      attacker.take(in.nextLine().split(" ", -1));
    }
    System.exit(0); // floods of threads may still be there
  }

  private void take(String... words) {
    switch (words[0]) {
      case "to" -> ports.put(words[1], Integer.parseInt(words[2]));
      case "start" -> {
        attacks.start(words[1]);
        say("started");
      }
      case "stop" -> {
        attacks.stop();
        say("stopped " + attacks.takeCount());
      }
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private interface Service {
    void serve(Socket socket) throws IOException;
  }

  private static int service(Service service) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReceiveBufferSize(8 * 1024);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              while (true) {
                try {
                  Socket socket = server.accept();
                  Thread.startVirtualThread(() -> serve(service, socket));
                } catch (IOException e) {
                  return;
                }
              }
            });
    return server.getLocalPort();
  }

  private static void serve(Service service, Socket socket) {
    try (socket) {
      socket.setSoTimeout(30_000);
      service.serve(socket);
    } catch (IOException e) {
      // the proxy gave up, as it should
    }
  }

  /** Reads nothing for 5 s, and answers nothing. */
  private static void slow(Socket socket) {
    LockSupport.parkNanos(5_000_000_000L);
  }

  private static void reset(Socket socket) throws IOException {
    socket.getInputStream().read(new byte[256]);
    socket.setSoLinger(true, 0);
  }

  /** Says half of an answer, ends its direction, and reads on. */
  private static void half(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] block = new byte[1024];
    in.read(block);
    socket
        .getOutputStream()
        .write(
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
                .getBytes(StandardCharsets.US_ASCII));
    socket.shutdownOutput();
    while (in.read(block) >= 0) {
      // whatever comes
    }
  }
}
