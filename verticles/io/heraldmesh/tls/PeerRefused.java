package io.heraldmesh.tls;

import io.heraldmesh.identity.PeerRefusal;
import java.security.cert.CertificateException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A peer's certificate chain was refused, inside the handshake. */
public final class PeerRefused extends CertificateException {
  private static final long serialVersionUID = 1L;

  private final String code;

  public PeerRefused(String code, String detail) {
    super(code + ": " + detail);
    this.code = code;
  }

  /** A stable word for logs and metrics: a lower-case PeerRefusal, or {@code other_identity}. */
  public String code() {
    return code;
  }

  /** Whether a certificate that was shown has ended. */
  public boolean isExpired() {
    return code.equals(PeerRefusal.EXPIRED.name().toLowerCase(Locale.ROOT));
  }

  /** The refusal behind a failed handshake, or null when it failed for something else. */
  public static @Nullable PeerRefused in(@Nullable Throwable failure) {
    Throwable t = failure;
    for (int depth = 0; t != null && depth < 10; depth++, t = t.getCause()) {
      if (t instanceof PeerRefused refused) {
        return refused;
      }
      for (Throwable also : t.getSuppressed()) {
        if (also instanceof PeerRefused refused) {
          return refused;
        }
      }
    }
    return null;
  }
}
