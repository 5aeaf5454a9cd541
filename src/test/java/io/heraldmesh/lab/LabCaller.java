package io.heraldmesh.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One caller of one service, on a kept-alive connection. Its requests are due at fixed times
 * whatever became of those before; the next goes off when the last has ended, however late that is.
 */
final class LabCaller {
  private static final String NOT_ENDED = "no answer: has not ended";

  private final String caller;
  private final String target;
  private final Kept connection;
  private final long first;
  private final long interval;
  private final List<Sample> ended = new ArrayList<>();
  private volatile boolean stopped;

  /**
   * @param outbound port of the proxy, on loopback
   * @param target host name of the service
   * @param first when the first request is due, {@link System#nanoTime}
   * @param interval from one to the next, in nanoseconds
   */
  LabCaller(
      String caller,
      int outbound,
      String target,
      long first,
      long interval,
      int answerWithinMillis) {
    this.caller = caller;
    this.target = target;
    this.connection = new Kept(outbound, answerWithinMillis);
    this.first = first;
    this.interval = interval;
  }

  /** Calls until {@link #stop}. */
  void run() {
    for (int i = 0; !stopped; i++) {
      long due = first + i * interval;
      while (!stopped && due - System.nanoTime() > 0) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      if (!stopped) {
        took(connection.ask(caller, target, i % 2 == 0 ? LabLoad.ALLOWED : LabLoad.DENIED, due));
      }
    }
    connection.close();
  }

  void stop() {
    stopped = true;
  }

  private synchronized void took(Sample sample) {
    ended.add(sample);
  }

  /** When the first of those is due that have not ended. */
  private long next() {
    return first + ended.size() * interval;
  }

  /** Whether all that were due before then have ended. */
  synchronized boolean hasEnded(long nanos) {
    return next() - nanos >= 0;
  }

  /** How many are due in between. */
  long count(long from, long to) {
    return before(to) - before(from);
  }

  private long before(long nanos) {
    return nanos - first <= 0 ? 0 : (nanos - first - 1) / interval + 1;
  }

  /** All that were due in between, with those that have not ended: they count as failed. */
  synchronized List<Sample> due(long from, long to) {
    List<Sample> all = new ArrayList<>();
    for (Sample sample : ended) {
      if (sample.at() - from >= 0 && sample.at() - to < 0) {
        all.add(sample);
      }
    }
    long now = System.nanoTime();
    for (long due = next(); due - to < 0; due += interval) {
      if (due - from >= 0) {
        all.add(new Sample(caller, target, due, now - due, 0, NOT_ENDED));
      }
    }
    return all;
  }

  /** Its calls begin or end there. */
  boolean involves(String node) {
    return new Sample(caller, target, first, 0, 0, "").involves(node);
  }

  /** A connection that is made anew when it broke. */
  private static final class Kept {
    private static final String NOTHING = "no answer: closed before an answer";

    private final int port;
    private final int answerWithinMillis;
    private @Nullable Socket socket;
    private @Nullable BufferedReader in;

    Kept(int port, int answerWithinMillis) {
      this.port = port;
      this.answerWithinMillis = answerWithinMillis;
    }

    Sample ask(String caller, String target, String path, long due) {
      boolean kept = socket != null;
      Sample sample = once(caller, target, path, due);
      // as any client does for a GET: RFC 9112, section 9.3.1
      return kept && sample.detail().equals(NOTHING) ? once(caller, target, path, due) : sample;
    }

    private Sample once(String caller, String target, String path, long due) {
      int status = 0;
      String detail;
      boolean began = false;
      try {
        BufferedReader answer = send(target, path);
        String line = answer.readLine();
        if (line == null) {
          throw new IOException("closed before an answer");
        }
        began = true;
        status = Integer.parseInt(line.split(" ", 3)[1]);
        detail = judge(target, path, status, rest(answer));
      } catch (IOException | RuntimeException e) {
        boolean closed = !began && !(e instanceof SocketTimeoutException);
        detail = closed && socket != null ? NOTHING : "no answer: " + e.getMessage();
        close();
      }
      return new Sample(caller, target, due, System.nanoTime() - due, status, detail);
    }

    private BufferedReader send(String target, String path) throws IOException {
      Socket open = socket;
      BufferedReader answers = in;
      if (open == null || answers == null) {
        open = new Socket();
        open.setTcpNoDelay(true);
        open.setSoTimeout(answerWithinMillis);
        open.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), answerWithinMillis);
        answers =
            new BufferedReader(
                new InputStreamReader(open.getInputStream(), StandardCharsets.ISO_8859_1));
        socket = open;
        in = answers;
      }
      open.getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nhost: " + target + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return answers;
    }

    /** Services answer with their names: one that answers for another is wrong, too. */
    private static String judge(String target, String path, int status, String body) {
      boolean allowed = path.equals(LabLoad.ALLOWED);
      if (allowed && status == 200) {
        return target.startsWith(body + ".") ? "" : "wrong: answered by " + body;
      }
      if (!allowed && status == 403) {
        return "";
      }
      // 5xx says that there was nobody to ask; anything else contradicts the policy
      return (status >= 500 ? "failed: " : "wrong: ") + path + " " + status + " " + body;
    }

    private String rest(BufferedReader answer) throws IOException {
      int length = 0;
      boolean close = false;
      for (String line = answer.readLine();
          line != null && !line.isEmpty();
          line = answer.readLine()) {
        String lower = line.toLowerCase(Locale.ROOT);
        if (lower.startsWith("content-length:")) {
          length = Integer.parseInt(lower.substring(15).strip());
        }
        close |= lower.replace(" ", "").equals("connection:close");
      }
      char[] body = new char[length];
      for (int got = 0; got < length; ) {
        int n = answer.read(body, got, length - got);
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

    void close() {
      Socket open = socket;
      if (open != null) {
        try {
          open.close();
        } catch (IOException e) {
          // it is gone in any case
        }
        socket = null;
      }
    }
  }
}
