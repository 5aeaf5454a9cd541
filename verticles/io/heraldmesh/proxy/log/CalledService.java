package io.heraldmesh.proxy.log;

import io.heraldmesh.policy.Destination;
import java.util.Comparator;

/**
 * What was called, as the access log and the metrics name it.
 *
 * @param service {@code namespace/name} of the service or workload; what is neither has a word of
 *     its own, without a slash
 * @param host the full name: of a ServiceEntry the one of its hosts that was called
 * @param port of the service, or of the workload on its own side; 0 where there is none
 */
public record CalledService(String service, String host, int port) {
  /** Nothing that is known. */
  public static final CalledService UNKNOWN = word(StandardTags.UNKNOWN);

  private static final Comparator<String> SHORTEST_FIRST =
      Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

  /** One port of a service, as its callers know it. */
  public static CalledService of(Destination destination) {
    String service = destination.service();
    return new CalledService(
        service,
        destination.hosts().stream().max(SHORTEST_FIRST).orElse(service),
        destination.port());
  }

  /**
   * One port of a workload, as its own proxy knows it, which is not told by which service it was
   * called.
   *
   * @param workload {@code namespace/name}
   */
  public static CalledService workload(String workload, int port) {
    int slash = workload.indexOf('/');
    return new CalledService(
        workload,
        workload.substring(slash + 1) + "." + workload.substring(0, slash) + ".svc.cluster.local",
        port);
  }

  /** What is no service, such as {@code PassthroughCluster}. */
  public static CalledService word(String word) {
    return new CalledService(word, word, 0);
  }

  /** It has a namespace. */
  boolean isService() {
    return service.indexOf('/') >= 0;
  }
}
