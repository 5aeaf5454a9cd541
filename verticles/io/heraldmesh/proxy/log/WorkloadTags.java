package io.heraldmesh.proxy.log;

import java.util.Map;

/**
 * What Istio's standard metrics say about a workload of this node.
 *
 * @param principal its SPIFFE ID
 * @param app label {@code app}; {@code unknown} without it, as {@code version}
 * @param canonicalService the first of the labels {@code service.istio.io/canonical-name}, {@code
 *     app.kubernetes.io/name} and {@code app}, else the workload's name
 * @param canonicalRevision the first of {@code service.istio.io/canonical-revision}, {@code
 *     app.kubernetes.io/version} and {@code version}, else {@code latest}
 */
public record WorkloadTags(
    String name,
    String namespace,
    String principal,
    String app,
    String version,
    String canonicalService,
    String canonicalRevision) {

  /** From the labels that the node file gives a workload. */
  public static WorkloadTags of(
      String namespace, String name, String principal, Map<String, String> labels) {
    return new WorkloadTags(
        name,
        namespace,
        principal,
        labels.getOrDefault("app", StandardTags.UNKNOWN),
        labels.getOrDefault("version", StandardTags.UNKNOWN),
        first(labels, name, "service.istio.io/canonical-name", "app.kubernetes.io/name", "app"),
        first(
            labels,
            "latest",
            "service.istio.io/canonical-revision",
            "app.kubernetes.io/version",
            "version"));
  }

  private static String first(Map<String, String> labels, String otherwise, String... names) {
    for (String name : names) {
      String value = labels.get(name);
      if (value != null && !value.isEmpty()) {
        return value;
      }
    }
    return otherwise;
  }
}
