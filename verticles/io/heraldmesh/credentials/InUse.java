package io.heraldmesh.credentials;

import io.heraldmesh.bus.UsedCertificates;
import io.heraldmesh.bus.UsedCertificates.Trust;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is told of the certificate in use for one identity: nothing of its key. Asked every second,
 * so a signature is looked at once only. Not thread-safe.
 */
final class InUse {
  /** Of an error; a peer's words may be in it. */
  private static final int LONGEST = 200;

  private final SpiffeId id;
  private @Nullable Standing known;

  /**
   * @param root that {@code held} is under; null: none that is trusted
   */
  private record Standing(
      Credential held, TrustBundle bundle, @Nullable String root, Trust trust) {}

  InUse(SpiffeId id) {
    this.id = id;
  }

  /**
   * @param held null: there is none
   * @param bundle the roots that are trusted
   */
  Used told(
      @Nullable Credential held,
      TrustBundle bundle,
      @Nullable Instant renews,
      @Nullable String lastError) {
    String error =
        lastError == null ? null : lastError.substring(0, Math.min(LONGEST, lastError.length()));
    if (held == null) {
      return new Used(id.toString(), null, null, null, null, null, Trust.NONE, renews, error);
    }
    Standing now = known;
    if (now == null || !now.held().equals(held) || !now.bundle().equals(bundle)) {
      now = standing(held, bundle);
      known = now;
    }
    X509Certificate leaf = held.leaf();
    return new Used(
        id.toString(),
        UsedCertificates.serial(leaf),
        UsedCertificates.time(leaf.getNotBefore().toInstant()),
        UsedCertificates.time(leaf.getNotAfter().toInstant()),
        leaf.getIssuerX500Principal().getName(),
        now.root(),
        now.trust(),
        renews,
        error);
  }

  private Standing standing(Credential held, TrustBundle bundle) {
    List<X509Certificate> roots = bundle.of(id.trustDomain());
    Optional<X509Certificate> root = roots.stream().filter(r -> isUnder(r, held)).findFirst();
    return new Standing(
        held,
        bundle,
        root.map(r -> Fingerprint.of(r).toString()).orElse(null),
        root.map(r -> r.equals(roots.getFirst()) ? Trust.CURRENT : Trust.OLDER).orElse(Trust.NONE));
  }

  /** True: the last certificate that is shown with it was signed by {@code root}. */
  static boolean isUnder(X509Certificate root, Credential held) {
    X509Certificate top = held.chain().getLast();
    if (!top.getIssuerX500Principal().equals(root.getSubjectX500Principal())) {
      return false;
    }
    try {
      top.verify(root.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
