package io.heraldmesh.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * A steady load on kept-alive connections: requests are due at fixed times whatever became of those
 * before, and their latency counts from when they were due. What a caller asks for alternates
 * between a call that policy allows and one that it denies: an answer that differs from the policy
 * is wrong, not merely failed.
 */
final class LabLoad implements AutoCloseable {
  static final String ALLOWED = "/open";
  static final String DENIED = "/closed";

  private static final int ANSWER_WITHIN_MILLIS = 5_000;

  private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  /**
   * Adds a caller.
   *
   * @param network of the host where it runs
   * @param outbound port of the proxy there, on loopback
   * @param targets host names of services, called in turn
   */
  void call(
      Path network, String caller, int outbound, List<String> targets, int perSecond, int threads) {
    long interval = TimeUnit.SECONDS.toNanos(1) * threads / perSecond;
    for (int i = 0; i < threads; i++) {
      long first = System.nanoTime() + interval * i / threads;
      InHost.start(
          network, "load " + caller, () -> run(caller, outbound, targets, first, interval));
    }
  }

  private void run(String caller, int outbound, List<String> targets, long first, long interval) {
    Kept kept = new Kept(outbound);
    long due = first;
    for (int i = 0; !stopped; i++, due += interval) {
      LockSupport.parkNanos(due - System.nanoTime());
      while (due > System.nanoTime()) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      String target = targets.get(i / 2 % targets.size());
      samples.add(kept.ask(caller, target, i % 2 == 0 ? ALLOWED : DENIED, due));
    }
    kept.close();
  }

  /** Those due since then. */
  List<Sample> since(long nanos) {
    return samples.stream().filter(s -> s.at() - nanos >= 0).toList();
  }

  /** Those due in between. */
  List<Sample> between(long from, long to) {
    return samples.stream().filter(s -> s.at() - from >= 0 && s.at() - to < 0).toList();
  }

  static long failed(List<Sample> of) {
    return of.stream().filter(Predicate.not(Sample::good)).count();
  }

  /** Answers that policy does not give; those that never came are not among them. */
  static long wrong(List<Sample> of) {
    return of.stream().filter(s -> s.detail().startsWith("wrong")).count();
  }

  /** Milliseconds. */
  static double percentile(List<Sample> of, double share) {
    if (of.isEmpty()) {
      return Double.NaN;
    }
    List<Long> sorted = of.stream().map(Sample::nanos).sorted().toList();
    int index = (int) Math.ceil(share * sorted.size()) - 1;
    return sorted.get(Math.max(0, index)) / 1e6;
  }

  @Override
  public void close() {
    stopped = true;
  }

  /** A connection that is made anew when it broke. */
  private static final class Kept {
    private static final String NOTHING = "no answer: closed before an answer";

    private final int port;
    private Socket socket;
    private BufferedReader in;

    Kept(int port) {
      this.port = port;
    }

    Sample ask(String caller, String target, String path, long due) {
      boolean kept = socket != null;
      Sample sample = once(caller, target, path, due);
      // as any client does for a GET: RFC 9112, section 9.3.1
      return kept && sample.detail().equals(NOTHING) ? once(caller, target, path, due) : sample;
    }

    private Sample once(String caller, String target, String path, long due) {
      int status = 0;
      String detail = "";
      boolean began = false;
      try {
        if (socket == null) {
          open();
        }
        socket
            .getOutputStream()
            .write(
                ("GET " + path + " HTTP/1.1\r\nhost: " + target + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        String line = in.readLine();
        if (line == null) {
          throw new IOException("closed before an answer");
        }
        began = true;
        status = Integer.parseInt(line.split(" ", 3)[1]);
        String body = rest();
        detail = judge(path, status, body);
      } catch (IOException | RuntimeException e) {
        boolean closed = !began && !(e instanceof SocketTimeoutException);
        detail = closed && socket != null ? NOTHING : "no answer: " + e.getMessage();
        close();
      }
      return new Sample(caller, target, due, System.nanoTime() - due, status, detail);
    }

    private static String judge(String path, int status, String body) {
      boolean allowed = path.equals(ALLOWED);
      if (allowed ? status == 200 : status == 403) {
        return "";
      }
      // 5xx says that there was nobody to ask; anything else contradicts the policy
      return (status >= 500 ? "failed: " : "wrong: ") + path + " " + status + " " + body;
    }

    private String rest() throws IOException {
      int length = 0;
      boolean close = false;
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        String lower = line.toLowerCase(java.util.Locale.ROOT);
        if (lower.startsWith("content-length:")) {
          length = Integer.parseInt(lower.substring(15).strip());
        }
        close |= lower.replace(" ", "").equals("connection:close");
      }
      char[] body = new char[length];
      for (int got = 0; got < length; ) {
        int n = in.read(body, got, length - got);
        if (n < 0) {
          throw new IOException("closed within an answer");
        }
        got += n;
      }
      if (close) {
        close();
      }
      return new String(body);
    }

    private void open() throws IOException {
      Socket made = new Socket();
      made.setTcpNoDelay(true);
      made.setSoTimeout(ANSWER_WITHIN_MILLIS);
      made.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), ANSWER_WITHIN_MILLIS);
      socket = made;
      in =
          new BufferedReader(
              new InputStreamReader(made.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    void close() {
      if (socket != null) {
        try {
          socket.close();
        } catch (IOException e) {
          // it is gone in any case
        }
        socket = null;
      }
    }
  }
}
