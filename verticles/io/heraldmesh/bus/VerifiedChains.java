package io.heraldmesh.bus;

import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Senders' chains, and what was found of those that were good: a node sends the same one with each
 * message, and its path costs two signatures to check. A verdict counts only for the same bytes,
 * the same roots, and a time between when it was found and the chain's end; whatever is not so is
 * looked at in full. Refusals are never kept, so nobody without a good chain can fill it.
 * Thread-safe.
 */
final class VerifiedChains {
  private final PeerVerifier peers;
  private final int most;
  private final Map<ByteString, Good> good = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable TrustBundle roots;

  /** What there is to know of a chain. */
  sealed interface Verdict {}

  /**
   * @param key of the leaf; the same for {@code notBefore}
   * @param from when it was found
   * @param notAfter the earliest end in the chain
   */
  record Good(SpiffeId sender, PublicKey key, Instant notBefore, Instant from, Instant notAfter)
      implements Verdict {

    boolean covers(Instant now) {
      return !now.isBefore(from) && now.isBefore(notAfter);
    }
  }

  record Bad(EnvelopeRefusal reason, String detail) implements Verdict {}

  /**
   * @param most that are kept; the one that was used longest ago goes first
   */
  VerifiedChains(PeerVerifier peers, int most) {
    this.peers = peers;
    this.most = most;
  }

  /**
   * @param chain in DER, leaf first
   */
  Verdict verify(List<ByteString> chain, TrustBundle bundle, Instant now) {
    ByteString name = name(chain);
    Good known = known(name, bundle);
    if (known != null && known.covers(now)) {
      return known;
    }
    Verdict found = look(chain, bundle, now);
    if (found instanceof Good fresh) {
      keep(name, fresh, bundle);
    }
    return found;
  }

  synchronized int size() {
    return good.size();
  }

  private Verdict look(List<ByteString> chain, TrustBundle bundle, Instant now) {
    List<X509Certificate> certificates;
    try {
      certificates =
          CertificateChain.parseDer(chain.stream().map(ByteString::toByteArray).toList())
              .certificates();
    } catch (InvalidCertificate e) {
      return new Bad(EnvelopeRefusal.MALFORMED, "holds something that is not a certificate");
    }
    return switch (peers.verify(certificates, bundle, PeerRole.CLIENT, now)) {
      case PeerVerdict.Refused(var reason, var detail) ->
          new Bad(EnvelopeRefusal.UNTRUSTED_SENDER, reason + " " + detail);
      case PeerVerdict.Accepted(SpiffeId sender, Instant notAfter) ->
          good(sender, certificates.getFirst(), now, notAfter);
    };
  }

  private static Good good(SpiffeId sender, X509Certificate leaf, Instant now, Instant notAfter) {
    return new Good(sender, leaf.getPublicKey(), leaf.getNotBefore().toInstant(), now, notAfter);
  }

  private synchronized @Nullable Good known(ByteString name, TrustBundle bundle) {
    if (!bundle.equals(roots)) {
      good.clear();
      roots = bundle;
    }
    return good.get(name);
  }

  /** Unless the roots were changed meanwhile, by somebody who asked with newer ones. */
  private synchronized void keep(ByteString name, Good fresh, TrustBundle bundle) {
    if (bundle.equals(roots)) {
      good.put(name, fresh);
      if (good.size() > most) {
        good.remove(good.keySet().iterator().next());
      }
    }
  }

  private static ByteString name(List<ByteString> chain) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (ByteString certificate : chain) {
        int size = certificate.size();
        for (int shift = 24; shift >= 0; shift -= 8) {
          sha256.update((byte) (size >> shift));
        }
        sha256.update(certificate.toByteArray());
      }
      return ByteString.of(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
