package io.heraldmesh.tls;

import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.TrustBundle;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Checks chains against one bundle and remembers those that passed, by the leaf's DER, until the
 * first certificate of the chain ends. There is one for each bundle generation and role, so a root
 * that is taken away takes its remembered chains with it. Thread-safe.
 */
final class VerifiedPeers {
  private static final int REMEMBERED = 4096;

  private final PeerVerifier verifier;
  private final TrustBundle bundle;
  private final PeerRole role;
  private final InstantSource clock;
  private final Map<ByteBuffer, PeerIdentity> passed =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, PeerIdentity> eldest) {
          return size() > REMEMBERED;
        }
      };

  VerifiedPeers(PeerVerifier verifier, TrustBundle bundle, PeerRole role, InstantSource clock) {
    this.verifier = verifier;
    this.bundle = bundle;
    this.role = role;
    this.clock = clock;
  }

  /**
   * @param chain leaf first
   */
  PeerIdentity identify(X509Certificate[] chain) throws PeerRefused {
    if (chain.length == 0) {
      throw new PeerRefused("no_certificate", "the peer showed none");
    }
    byte[] leaf = encoded(chain[0]);
    ByteBuffer key = ByteBuffer.wrap(leaf);
    Instant now = clock.instant();
    synchronized (passed) {
      PeerIdentity known = passed.get(key);
      if (known != null && now.isBefore(known.notAfter()) && !now.isBefore(start(chain[0]))) {
        return known;
      }
    }
    return switch (verifier.verify(read(chain), bundle, role, now)) {
      case PeerVerdict.Accepted accepted -> {
        PeerIdentity identity =
            new PeerIdentity(accepted.id(), sha256(leaf), start(chain[0]), accepted.notAfter());
        synchronized (passed) {
          passed.put(key, identity);
        }
        yield identity;
      }
      case PeerVerdict.Refused refused ->
          throw new PeerRefused(refused.reason().name().toLowerCase(Locale.ROOT), refused.detail());
    };
  }

  /**
   * The certificates read again, strictly: the TLS library's reader passes over what stands behind
   * a certificate and takes other encodings than DER.
   */
  private static List<X509Certificate> read(X509Certificate[] chain) throws PeerRefused {
    if (chain.length > PeerVerifier.MAX_CERTIFICATES) {
      throw new PeerRefused("chain_too_long", chain.length + " certificates");
    }
    List<byte[]> ders = new ArrayList<>(chain.length);
    for (X509Certificate certificate : chain) {
      ders.add(encoded(certificate));
    }
    try {
      return CertificateChain.parseDer(ders).certificates();
    } catch (InvalidCertificate e) {
      throw new PeerRefused("malformed", String.valueOf(e.getMessage()));
    }
  }

  private static Instant start(X509Certificate leaf) {
    return leaf.getNotBefore().toInstant();
  }

  private static byte[] encoded(X509Certificate certificate) throws PeerRefused {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new PeerRefused("malformed", "a certificate cannot be read");
    }
  }

  private static String sha256(byte[] der) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
