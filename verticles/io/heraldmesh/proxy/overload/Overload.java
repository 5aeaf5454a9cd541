package io.heraldmesh.proxy.overload;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a node's memory and says what it gives up, before the JVM or the system runs out of it.
 * Whoever takes memory asks; that costs the read of one volatile field. Thread-safe.
 */
public final class Overload implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Overload.class);

  /** Between looks: short enough for a flood. */
  private static final long EVERY_MILLIS = 20;

  /** Between looks while less than half of everything is taken, which no flood fills so soon. */
  private static final long AT_EASE_MILLIS = 60;

  private static final double AT_EASE = 0.5;

  /** How long somebody may keep a node waiting that is short of memory. */
  public static final long PATIENCE_MILLIS = 1_000;

  /** How long patience is short because of the heap before a collection shows whether it has to. */
  private static final long SAVING_MILLIS = 5_000;

  /**
   * The same where the process as a whole is short, of which the heap's garbage is a small part.
   */
  private static final long SAVING_RESIDENT_MILLIS = 15_000;

  /** From this share of the buffers on each connection gets few. */
  private static final double TIGHT = 0.5;

  private final Memory memory;
  private final Thresholds thresholds;
  private final LongSupplier nowMillis;
  private final CollectionPace pace = new CollectionPace();
  private final Map<Shed, Counter> shed = new EnumMap<>(Shed.class);
  private volatile OverloadLevel level = OverloadLevel.NORMAL;
  private volatile Pressure pressure = Pressure.NONE;
  private volatile boolean tight;
  private volatile boolean closed;
  private @Nullable Thread looking;

  /** When the level became what it is. */
  private long since;

  /**
   * @param node its name; several nodes of one process share a registry
   * @param nowMillis monotonic time
   */
  public Overload(
      Memory memory,
      Thresholds thresholds,
      String node,
      MeterRegistry meters,
      LongSupplier nowMillis) {
    this.memory = memory;
    this.thresholds = thresholds;
    this.nowMillis = nowMillis;
    for (Shed what : Shed.values()) {
      shed.put(
          what,
          Counter.builder("herald_overload_shed")
              .description("what was given up for want of memory or room")
              .tag("node", node)
              .tag("what", what.label())
              .register(meters));
    }
    Gauge.builder("herald_overload_level", this, guard -> guard.level.number())
        .description("0 normal, 1 saving, 2 shedding requests, 3 refusing connections")
        .tag("node", node)
        .strongReference(true)
        .register(meters);
    share(meters, node, "heap", Pressure::heap);
    share(meters, node, "direct", Pressure::direct);
    share(meters, node, "resident", Pressure::resident);
  }

  /** Never short of memory. */
  public static Overload none() {
    return always(OverloadLevel.NORMAL);
  }

  /** At {@code level} whatever memory there is, and silent about it. */
  public static Overload always(OverloadLevel level) {
    Overload fixed =
        new Overload(
            new Memory() {
              @Override
              public Pressure look() {
                return Pressure.NONE;
              }

              @Override
              public void collect() {}
            },
            Thresholds.shedAt(90),
            "",
            new SimpleMeterRegistry(),
            () -> 0);
    fixed.level = level;
    return fixed;
  }

  private void share(
      MeterRegistry meters, String node, String resource, ToDoubleFunction<Pressure> of) {
    Gauge.builder("herald_overload_pressure", this, guard -> of.applyAsDouble(guard.pressure))
        .description("share of the memory that is taken")
        .tag("node", node)
        .tag("resource", resource)
        .strongReference(true)
        .register(meters);
  }

  /** Looks again and again, on a thread of its own: event loops may be busy with the flood. */
  public synchronized void start() {
    Thread thread = new Thread(this::watch, "herald-overload");
    thread.setDaemon(true);
    looking = thread;
    thread.start();
  }

  private void watch() {
    while (!closed) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis()));
      try {
        look();
      } catch (RuntimeException e) {
        LOG.error("memory could not be looked at", e);
      }
    }
  }

  /** How long nobody looks. */
  long pauseMillis() {
    return level == OverloadLevel.NORMAL && pressure.suspected() < AT_EASE
        ? AT_EASE_MILLIS
        : EVERY_MILLIS;
  }

  /** Looks once. Only one thread at a time. */
  public void look() {
    Pressure seen = memory.look();
    OverloadLevel now = level;
    OverloadLevel suspected = thresholds.next(now, seen.suspected());
    if (worthCollecting(now, suspected, seen)
        && seen.collectible()
        && pace.due(nowMillis.getAsLong())) {
      double before = seen.heap();
      memory.collect();
      seen = memory.look();
      pace.collected(before - seen.heap(), nowMillis.getAsLong());
    }
    OverloadLevel next = thresholds.next(now, seen.worst());
    tight =
        next != OverloadLevel.NORMAL
            || seen.direct() >= (tight ? TIGHT - Thresholds.MARGIN : TIGHT);
    pressure = seen;
    if (next != now) {
      level = next;
      since = nowMillis.getAsLong();
      say(now, next, seen);
    }
  }

  /**
   * No request is given up for garbage, and no level kept for it. A collection stops everybody, for
   * a tenth of a second where much is alive: patience is the smaller loss for a while.
   */
  private boolean worthCollecting(OverloadLevel now, OverloadLevel suspected, Pressure seen) {
    if (suspected == OverloadLevel.SAVING && now == OverloadLevel.SAVING) {
      boolean heap = thresholds.next(now, seen.heap()) == OverloadLevel.SAVING;
      long wait = heap ? SAVING_MILLIS : SAVING_RESIDENT_MILLIS;
      return nowMillis.getAsLong() - since >= wait;
    }
    return suspected.compareTo(OverloadLevel.SHEDDING) >= 0 && suspected.compareTo(now) >= 0;
  }

  private static void say(OverloadLevel before, OverloadLevel now, Pressure pressure) {
    switch (now) {
      case NORMAL -> LOG.info("memory is enough again ({})", pressure);
      case SAVING ->
          LOG.warn(
              "memory is short ({}), was {}: who stands still is closed after {} ms",
              pressure,
              before,
              PATIENCE_MILLIS);
      case SHEDDING ->
          LOG.warn("memory is short ({}), was {}: new requests are answered 503", pressure, before);
      case REFUSING ->
          LOG.warn("memory is short ({}), was {}: new connections are closed", pressure, before);
    }
  }

  public OverloadLevel level() {
    return level;
  }

  /** What is taken, as of the last look. */
  public Pressure pressure() {
    return pressure;
  }

  /** No connection may hold more buffers than it needs to go on. */
  public boolean tight() {
    return tight;
  }

  /** Who stands still is closed after {@link #PATIENCE_MILLIS}. */
  public boolean saving() {
    return level != OverloadLevel.NORMAL;
  }

  /** New requests are answered 503. */
  public boolean shedding() {
    return level.compareTo(OverloadLevel.SHEDDING) >= 0;
  }

  /** New connections are closed. */
  public boolean refusing() {
    return level == OverloadLevel.REFUSING;
  }

  /** How long somebody may keep the node waiting: {@code usual} unless memory is short. */
  public long patience(long usual) {
    return saving() ? Math.min(usual, PATIENCE_MILLIS) : usual;
  }

  /** Counts one. */
  public void shed(Shed what) {
    Counter counter = shed.get(what);
    if (counter != null) {
      counter.increment();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    Thread thread = looking;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }
}
