package io.heraldmesh.proxy.log;

import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/**
 * The labels of Istio's standard metrics. What one side cannot know is {@value #UNKNOWN}, as in
 * Istio without an exchange of metadata: of the other side a proxy knows what the certificate says.
 */
final class StandardTags {
  static final String UNKNOWN = "unknown";
  static final String OTHER = "other";

  private StandardTags() {}

  static Tags of(CallKind call, WorkloadTags own) {
    boolean source = call.reporter().equals("source");
    Tags tags =
        Tags.of(
            "reporter",
            call.reporter(),
            "source_principal",
            spiffe(call.principal()),
            "destination_principal",
            source ? UNKNOWN : own.principal(),
            "request_protocol",
            call.protocol(),
            "response_flags",
            ResponseFlag.of(call.flag()),
            // the calling side leaves it to the called side to say
            "connection_security_policy",
            source ? UNKNOWN : call.mutualTls() ? "mutual_tls" : "none");
    return tags.and(side("source", source ? own : null, namespace(call.principal())))
        .and(side("destination", source ? null : own, namespaceOf(call.destination())))
        .and(service(call.destination(), call.host()));
  }

  private static Tags side(String side, @Nullable WorkloadTags own, String namespace) {
    WorkloadTags known =
        own != null
            ? own
            : new WorkloadTags(UNKNOWN, namespace, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
    return Tags.of(
        side + "_workload", known.name(),
        side + "_workload_namespace", known.namespace(),
        side + "_app", known.app(),
        side + "_version", known.version(),
        side + "_cluster", UNKNOWN,
        side + "_canonical_service", known.canonicalService(),
        side + "_canonical_revision", known.canonicalRevision());
  }

  private static Tags service(@Nullable String destination, @Nullable String host) {
    int slash = destination == null ? -1 : destination.indexOf('/');
    if (destination == null || host == null || slash < 0) {
      String word = destination == null ? UNKNOWN : destination;
      return Tags.of(
          "destination_service", word,
          "destination_service_name", word,
          "destination_service_namespace", word);
    }
    String namespace = destination.substring(0, slash);
    return Tags.of(
        "destination_service", host,
        "destination_service_name", name(host, destination.substring(slash + 1), namespace),
        "destination_service_namespace", namespace);
  }

  /** Of a Service its own; of a ServiceEntry, as in Istio, the host that was called. */
  private static String name(String host, String declared, String namespace) {
    String shortest = declared + "." + namespace;
    return host.equals(shortest) || host.startsWith(shortest + ".svc.") ? declared : host;
  }

  private static String spiffe(@Nullable String principal) {
    return principal == null ? UNKNOWN : principal.equals(OTHER) ? OTHER : "spiffe://" + principal;
  }

  private static String namespace(@Nullable String principal) {
    int ns = principal == null ? -1 : principal.indexOf("/ns/");
    int sa = principal == null ? -1 : principal.indexOf("/sa/");
    return principal == null || ns < 0 || sa < ns ? UNKNOWN : principal.substring(ns + 4, sa);
  }

  private static String namespaceOf(@Nullable String destination) {
    int slash = destination == null ? -1 : destination.indexOf('/');
    return destination == null || slash < 0 ? UNKNOWN : destination.substring(0, slash);
  }
}
