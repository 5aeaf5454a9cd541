package io.heraldmesh.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A service on a host's loopback: answers every HTTP/1.1 request with its name. */
final class LabService implements AutoCloseable {
  private final String name;
  private final int port;
  private volatile boolean closed;
  private volatile ServerSocket server;

  LabService(Path network, String name, int port) {
    this.name = name;
    this.port = port;
    InHost.start(network, "service " + name, this::accept);
  }

  private void accept() throws IOException {
    try (ServerSocket listening = new ServerSocket(port, 64, InetAddress.getLoopbackAddress())) {
      server = listening;
      while (!closed) {
        Socket socket = listening.accept();
        // an accepted socket is the host's, whoever reads it
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      if (!closed) {
        throw e;
      }
    }
  }

  private void serve(Socket socket) {
    byte[] answer =
        ("HTTP/1.1 200 OK\r\ncontent-length: " + name.length() + "\r\n\r\n" + name)
            .getBytes(StandardCharsets.US_ASCII);
    try (socket;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        OutputStream out = socket.getOutputStream()) {
      socket.setTcpNoDelay(true);
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.isEmpty()) {
          out.write(answer);
        }
      }
    } catch (IOException e) {
      // the proxy has closed the connection
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    ServerSocket listening = server;
    if (listening != null) {
      listening.close();
    }
  }
}
