package io.heraldmesh.capture;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * A process in a network namespace that knows of no proxy. Arguments: {@code serve PORT}, which
 * tells each caller its address until standard input ends, or {@code call SOURCE ADDRESS PORT},
 * which prints what it is told, {@code refused} or {@code nothing}.
 */
final class PlainProgram {
  private static final int MILLIS = 2000;

  private PlainProgram() {}

  public static void main(String[] args) throws IOException {
    if (args[0].equals("serve")) {
      serve(Integer.parseInt(args[1]));
    } else {
      System.out.println(
          called(args[1], new InetSocketAddress(args[2], Integer.parseInt(args[3]))));
    }
  }

  private static void serve(int port) throws IOException {
    try (ServerSocket server = new ServerSocket()) {
      server.bind(new InetSocketAddress("::", port));
      Thread.ofPlatform().daemon().start(() -> answer(server));
      System.out.println("ready");
      while (System.in.read() >= 0) {
        // until whoever started this has seen enough
      }
    }
  }

  private static void answer(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket caller = server.accept()) {
        String its = caller.getInetAddress().getHostAddress();
        caller.getOutputStream().write(its.getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        // that one went away, or this ends
      }
    }
  }

  private static String called(String source, InetSocketAddress address) throws IOException {
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(source, 0));
      socket.connect(address, MILLIS);
      socket.setSoTimeout(MILLIS);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (SocketTimeoutException e) {
      return "nothing";
    } catch (ConnectException e) {
      return "refused";
    }
  }
}
