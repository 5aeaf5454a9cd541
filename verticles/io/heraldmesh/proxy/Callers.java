package io.heraldmesh.proxy;

import io.heraldmesh.proxy.capture.CallerCheck;
import io.heraldmesh.proxy.capture.RunAs;
import io.heraldmesh.proxy.capture.SocketDiagnosis;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may speak as which workload of a node. Where several run, whoever may connect to a port of
 * the machine could else speak as any of them.
 */
final class Callers implements AutoCloseable {
  private final @Nullable SocketDiagnosis sockets;
  private final boolean several;

  private Callers(@Nullable SocketDiagnosis sockets, boolean several) {
    this.sockets = sockets;
    this.several = several;
  }

  /**
   * @throws IllegalStateException when it would matter and this system does not tell
   */
  static Callers of(List<WorkloadSettings> workloads) {
    boolean several = workloads.size() > 1;
    boolean asked =
        workloads.stream().anyMatch(w -> w.runAs() != null && (several || w.capture() != null));
    return new Callers(asked ? SocketDiagnosis.open() : null, several);
  }

  /** At listeners that a workload's processes dial themselves. */
  CallerCheck explicit(WorkloadSettings workload) {
    return several ? captured(workload) : CallerCheck.ANYBODY;
  }

  /** At listeners that the system leads a workload's calls to. */
  CallerCheck captured(WorkloadSettings workload) {
    RunAs runAs = workload.runAs();
    return sockets == null || runAs == null ? CallerCheck.ANYBODY : CallerCheck.of(sockets, runAs);
  }

  @Override
  public void close() {
    if (sockets != null) {
      sockets.close();
    }
  }
}
