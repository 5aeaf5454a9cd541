package io.heraldmesh.proxy.log;

import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/** The meters of every kind of call. Beyond the bound, callers are no longer told apart. */
final class CallMeters<M> {
  private static final int MOST_KINDS = 2000;
  private static final int FEWEST_KINDS = 100;

  /** Of the heap for one kind, of which its meters take a tenth, and a scrape as much again. */
  private static final long HEAP_FOR_A_KIND = 128 * 1024;

  private final int most;
  private final ConcurrentHashMap<CallKind, M> known = new ConcurrentHashMap<>();
  private final Map<String, WorkloadTags> workloads;
  private final BiFunction<CallKind, Tags, M> register;

  /**
   * @param most kinds that are told apart
   * @param register makes the meters of a kind under these labels
   */
  CallMeters(
      int most, Map<String, WorkloadTags> workloads, BiFunction<CallKind, Tags, M> register) {
    this.most = most;
    this.workloads = Map.copyOf(workloads);
    this.register = register;
  }

  /**
   * How many kinds may be told apart.
   *
   * @param heap in bytes
   */
  static int mostKinds(long heap) {
    return Math.clamp(heap / HEAP_FOR_A_KIND, FEWEST_KINDS, MOST_KINDS);
  }

  M of(CallKind kind) {
    M meters = known.get(kind);
    if (meters != null) {
      return meters;
    }
    if (known.size() < most) {
      return known.computeIfAbsent(kind, this::make);
    }
    CallKind anyone = kind.anyone();
    M theirs = known.get(anyone);
    return theirs != null ? theirs : known.computeIfAbsent(anyone, this::make);
  }

  private M make(CallKind kind) {
    WorkloadTags own =
        workloads.getOrDefault(
            kind.workload(),
            WorkloadTags.of(StandardTags.UNKNOWN, kind.workload(), StandardTags.UNKNOWN, Map.of()));
    return register.apply(kind, StandardTags.of(kind, own));
  }
}
