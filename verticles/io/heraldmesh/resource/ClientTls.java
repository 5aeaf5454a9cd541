package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code tls} of a traffic policy: how callers secure their connections. Files are paths on the
 * caller's node.
 *
 * @param clientCertificate chain in PEM, leaf first; with {@code privateKey} not null exactly when
 *     the mode is MUTUAL
 * @param caCertificates roots in PEM; null or {@link #SYSTEM}: those of the platform
 * @param subjectAltNames one of them must be in the server's certificate; empty: the name that is
 *     called
 * @param sni server name to ask for; null: the name that is called
 */
public record ClientTls(
    Position at,
    Mode mode,
    @Nullable String clientCertificate,
    @Nullable String privateKey,
    @Nullable String caCertificates,
    List<Located<String>> subjectAltNames,
    @Nullable String sni) {
  /** {@code caCertificates: system}. */
  public static final String SYSTEM = "system";

  public ClientTls {
    subjectAltNames = List.copyOf(subjectAltNames);
  }

  /** {@code tls.mode}. */
  public enum Mode {
    DISABLE,
    SIMPLE,
    MUTUAL,
    ISTIO_MUTUAL
  }
}
