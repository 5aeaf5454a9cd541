package io.heraldmesh.link;

import io.heraldmesh.bus.BusFailure;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.util.LinkedHashMap;
import java.util.Map;

/** Messages of the bus that went over a link and wait for their answers. For one event loop. */
final class Waiting {
  private final int most;
  private final Outcome outcome;
  private final Map<Long, Entry> entries = new LinkedHashMap<>();
  private long last;

  private record Entry(Message<Object> message, long since) {}

  /** Hears what became of each message that waited. */
  @FunctionalInterface
  interface Outcome {
    /**
     * @param address of the message
     * @param answered false: nobody is there, or no answer came in time
     */
    void of(String address, boolean answered);
  }

  Waiting(int most) {
    this(most, (address, answered) -> {});
  }

  Waiting(int most, Outcome outcome) {
    this.most = most;
    this.outcome = outcome;
  }

  /**
   * @return its number; -1 when too many wait
   */
  long add(Message<Object> message, long now) {
    if (entries.size() >= most) {
      return -1;
    }
    entries.put(++last, new Entry(message, now));
    return last;
  }

  void forget(long id) {
    entries.remove(id);
  }

  int size() {
    return entries.size();
  }

  /** An answer to nothing that waits is passed over: its question took too long. */
  void answer(long id, Buffer answer) {
    Entry entry = entries.remove(id);
    if (entry != null) {
      entry.message().reply(answer);
      outcome.of(entry.message().address(), true);
    }
  }

  void fail(long id, int code, String message) {
    Entry entry = entries.remove(id);
    if (entry != null) {
      BusFailure failure = BusFailure.of(code).orElse(BusFailure.INTERNAL);
      entry.message().fail(failure.code(), Shown.line(message));
      outcome.of(entry.message().address(), failure != BusFailure.UNREACHABLE);
    }
  }

  /** Fails what has waited too long. */
  void sweep(long now) {
    entries
        .values()
        .removeIf(
            entry -> {
              boolean late = now - entry.since() > LinkLimits.ANSWER_WITHIN.toNanos();
              if (late) {
                entry.message().fail(BusFailure.UNREACHABLE.code(), "no answer over the link");
                outcome.of(entry.message().address(), false);
              }
              return late;
            });
  }

  void failAll() {
    entries
        .values()
        .forEach(
            entry -> entry.message().fail(BusFailure.UNREACHABLE.code(), "the link went away"));
    entries.clear();
  }
}
