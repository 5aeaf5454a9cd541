package io.heraldmesh.ca;

import io.heraldmesh.identity.TrustBundle;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.function.Supplier;

/** The authority's metrics, under the names that Istio's users know. */
final class CaMetrics {
  private final MeterRegistry registry;

  CaMetrics(MeterRegistry registry, Supplier<Authority> authority) {
    this.registry = registry;
    Gauge.builder(
            "citadel_server_root_cert_expiry_timestamp",
            authority,
            a -> rootExpiry(a.get().bundle()).getEpochSecond())
        .description("when the first root ends, in seconds since 1970")
        .register(registry);
    Gauge.builder(
            "citadel_server_cert_chain_expiry_timestamp",
            authority,
            a -> a.get().notAfter().getEpochSecond())
        .description("when the authority's own chain ends, in seconds since 1970")
        .register(registry);
    // Present with 0 from the start, so that an alert on a rise sees the first one.
    for (String name :
        new String[] {
          "citadel_server_csr_count",
          "citadel_server_success_cert_issuance_count",
          "citadel_server_authentication_failure_count",
          "citadel_server_csr_parsing_err_count"
        }) {
      registry.counter(name);
    }
  }

  void request() {
    registry.counter("citadel_server_csr_count").increment();
  }

  void issued() {
    registry.counter("citadel_server_success_cert_issuance_count").increment();
  }

  void authenticationFailure() {
    registry.counter("citadel_server_authentication_failure_count").increment();
  }

  void badCsr() {
    registry.counter("citadel_server_csr_parsing_err_count").increment();
  }

  /**
   * @param error a stable word
   */
  void notSigned(String error) {
    registry.counter("citadel_server_csr_sign_err_count", "error", error).increment();
  }

  private static Instant rootExpiry(TrustBundle bundle) {
    return bundle.roots().values().stream()
        .flatMap(roots -> roots.stream().map(r -> r.getNotAfter().toInstant()))
        .min(Instant::compareTo)
        .orElse(Instant.EPOCH);
  }
}
