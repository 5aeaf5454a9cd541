package io.heraldmesh.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Callers that do nothing wrong: so many requests a second over kept-alive connections, each sent
 * when it is due and measured from then on, so that a stall counts for all that it held up.
 */
final class GoodClients implements AutoCloseable {
  private static final int CONNECTIONS = 8;
  private static final byte[] REQUEST =
      "GET /ok HTTP/1.1\r\nHost: web.a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final int port;
  private final long everyNanos;
  private final List<Thread> threads = new ArrayList<>();
  private final List<Long> latencies = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private volatile boolean stop;

  /** What one stretch of time was like. */
  record Window(List<Long> nanos, List<String> failures) {
    /** In ms. */
    double quantile(double share) {
      return nanos.isEmpty()
          ? Double.NaN
          : nanos.get((int) Math.min(nanos.size() - 1, Math.floor(nanos.size() * share))) / 1e6;
    }
  }

  GoodClients(int port, int perSecond) {
    this.port = port;
    this.everyNanos = TimeUnit.SECONDS.toNanos(CONNECTIONS) / perSecond;
    long begin = System.nanoTime();
    for (int i = 0; i < CONNECTIONS; i++) {
      long first = begin + everyNanos * i / CONNECTIONS;
      threads.add(Thread.ofPlatform().daemon().start(() -> call(first)));
    }
  }

  /** Everything since this was asked last. */
  synchronized Window take() {
    Window window = new Window(latencies.stream().sorted().toList(), List.copyOf(failures));
    latencies.clear();
    failures.clear();
    return window;
  }

  /** Sorted, of several windows together. */
  static Window together(List<Window> windows) {
    return new Window(
        windows.stream().flatMap(w -> w.nanos().stream()).sorted().toList(),
        windows.stream().flatMap(w -> w.failures().stream()).toList());
  }

  private void call(long first) {
    Connection connection = null;
    for (long due = first; !stop; due += everyNanos) {
      long left = due - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(left);
      }
      String failure = null;
      try {
        if (connection == null) {
          connection = new Connection(port);
        }
        failure = connection.call();
      } catch (IOException e) {
        failure = e.toString();
      }
      done(System.nanoTime() - due, failure);
      if (failure != null && connection != null) {
        connection.close();
        connection = null;
      }
    }
    if (connection != null) {
      connection.close();
    }
  }

  private synchronized void done(long nanos, @org.jspecify.annotations.Nullable String failure) {
    if (stop) {
      return;
    }
    if (failure == null) {
      latencies.add(nanos);
    } else {
      failures.add(failure);
    }
  }

  private static final class Connection {
    private final Socket socket;
    private final InputStream in;

    Connection(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(10_000);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
    }

    /** Null when it was answered as it should be. */
    @org.jspecify.annotations.Nullable
    String call() throws IOException {
      socket.getOutputStream().write(REQUEST);
      String status = line();
      int length = 0;
      for (String line = line(); !line.isEmpty(); line = line()) {
        if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length: ")) {
          length = Integer.parseInt(line.substring("content-length: ".length()));
        }
      }
      byte[] body = in.readNBytes(length);
      return status.startsWith("HTTP/1.1 200") && body.length == length ? null : status;
    }

    private String line() throws IOException {
      StringBuilder line = new StringBuilder();
      int next;
      while ((next = in.read()) != '\n') {
        if (next < 0) {
          throw new IOException("closed after " + line.length() + " octets");
        }
        if (next != '\r') {
          line.append((char) next);
        }
      }
      return line.toString();
    }

    void close() {
      try {
        socket.close();
      } catch (IOException e) {
        // it is gone either way
      }
    }
  }

  @Override
  public void close() {
    stop = true;
  }
}
