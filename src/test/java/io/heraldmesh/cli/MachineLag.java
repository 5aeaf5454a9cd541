package io.heraldmesh.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.heraldmesh.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How late a thread is on this machine that only wakes and sleeps, every 10 ms as an event loop's
 * lag is measured; in a Java process of its own that does nothing else, so that only the machine
 * holds it up.
 */
final class MachineLag implements AutoCloseable {
  private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(10);

  private final HeraldProcess process;

  private MachineLag(HeraldProcess process) {
    this.process = process;
  }

  /**
   * Returns when it measures.
   *
   * @param errors takes standard error
   */
  static MachineLag watch(Path errors) throws IOException {
    return new MachineLag(
        HeraldProcess.start(
                List.of(), MachineLag.class, List.of("-Xmx16m", "-XX:TieredStopAtLevel=1"), errors)
            .awaitReady());
  }

  /** The worst since this was asked last, one that still goes on included. */
  double takeWorstMillis() throws IOException {
    int lines = process.lines().size();
    process.tell("take");
    Await.until("the machine's lag", () -> process.lines().size() > lines);
    return Long.parseLong(process.lines().getLast()) / 1e6;
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.close();
  }

  /** Answers each line of standard input with the worst lag since the line before, in ns. */
  public static void main(String... arguments) throws IOException {
    Ticker ticker = new Ticker();
    Thread.ofPlatform().daemon().start(ticker::tick);
    System.out.println("ready");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    while (in.readLine() != null) {
      System.out.println(ticker.takeWorst());
    }
  }

  private static final class Ticker {
    private final AtomicLong worst = new AtomicLong();
    private volatile long last = System.nanoTime();

    void tick() {
      while (true) {
        LockSupport.parkNanos(EVERY);
        long now = System.nanoTime();
        worst.accumulateAndGet(now - last - EVERY, Math::max);
        last = now; // only now: who asks in between sees it as one that goes on
      }
    }

    long takeWorst() {
      long goingOn = System.nanoTime() - last - EVERY;
      return Math.max(goingOn, worst.getAndSet(0));
    }
  }
}
