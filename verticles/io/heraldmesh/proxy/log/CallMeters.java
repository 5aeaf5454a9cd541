package io.heraldmesh.proxy.log;

import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/** The meters of every kind of call. Beyond the bound, callers are no longer told apart. */
final class CallMeters<M> {
  private static final int MOST_KINDS = 2000;

  private final ConcurrentHashMap<CallKind, M> known = new ConcurrentHashMap<>();
  private final Map<String, WorkloadTags> workloads;
  private final BiFunction<CallKind, Tags, M> register;

  /**
   * @param register makes the meters of a kind under these labels
   */
  CallMeters(Map<String, WorkloadTags> workloads, BiFunction<CallKind, Tags, M> register) {
    this.workloads = Map.copyOf(workloads);
    this.register = register;
  }

  M of(CallKind kind) {
    M meters = known.get(kind);
    return meters != null
        ? meters
        : known.computeIfAbsent(known.size() < MOST_KINDS ? kind : kind.anyone(), this::make);
  }

  private M make(CallKind kind) {
    WorkloadTags own =
        workloads.getOrDefault(
            kind.workload(),
            WorkloadTags.of(StandardTags.UNKNOWN, kind.workload(), StandardTags.UNKNOWN, Map.of()));
    return register.apply(kind, StandardTags.of(kind, own));
  }
}
