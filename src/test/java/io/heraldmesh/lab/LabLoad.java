package io.heraldmesh.lab;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * A steady load: requests are due at fixed times whatever became of those before, and their latency
 * counts from when they were due. Every request that was due is accounted for: what has not ended
 * when it is asked for has failed. What a caller asks for alternates between a call that policy
 * allows and one that it denies: an answer that differs from the policy is wrong, not merely
 * failed.
 */
final class LabLoad implements AutoCloseable {
  static final String ALLOWED = "/open";
  static final String DENIED = "/closed";

  private static final int ANSWER_WITHIN_MILLIS = 5_000;
  private static final Duration ENDED_WITHIN = Duration.ofSeconds(60);

  private final List<LabCaller> callers = new CopyOnWriteArrayList<>();
  private final int answerWithinMillis;
  private final Duration endedWithin;

  LabLoad() {
    this(ANSWER_WITHIN_MILLIS, ENDED_WITHIN);
  }

  /**
   * @param endedWithin how long requests that are late are waited for before they are told
   */
  LabLoad(int answerWithinMillis, Duration endedWithin) {
    this.answerWithinMillis = answerWithinMillis;
    this.endedWithin = endedWithin;
  }

  /** Where a caller runs. */
  interface Host {
    void start(String name, InHost.Work work);
  }

  /**
   * Adds a caller of one service: who waits for one service keeps nobody from calling another.
   *
   * @param outbound port of the proxy in its host, on loopback
   * @param target host name of the service
   * @param first after how long its first request is due
   */
  void call(Host host, String caller, int outbound, String target, Duration every, Duration first) {
    LabCaller one =
        new LabCaller(
            caller,
            outbound,
            target,
            System.nanoTime() + first.toNanos(),
            every.toNanos(),
            answerWithinMillis);
    callers.add(one);
    host.start("load " + caller, one::run);
  }

  /** Those due since then; see {@link #between}. */
  List<Sample> since(long nanos) {
    return between(nanos, System.nanoTime());
  }

  /** Those due in between, once they have ended; what takes too long for that has failed. */
  List<Sample> between(long from, long to) {
    long deadline = System.nanoTime() + endedWithin.toNanos();
    while (!callers.stream().allMatch(one -> one.hasEnded(to))
        && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    return callers.stream().flatMap(one -> one.due(from, to).stream()).toList();
  }

  /** How many were due since then; waits for none. */
  long due(long since) {
    long now = System.nanoTime();
    return callers.stream().mapToLong(one -> one.count(since, now)).sum();
  }

  /** One for each caller. */
  int connections() {
    return callers.size();
  }

  /** How many of them begin or end there. */
  long connections(String node) {
    return callers.stream().filter(one -> one.involves(node)).count();
  }

  /** There were some, and all are good. */
  static boolean good(List<Sample> of) {
    return !of.isEmpty() && failed(of) == 0;
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
    callers.forEach(LabCaller::stop);
  }
}
