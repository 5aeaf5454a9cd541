package io.heraldmesh.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The roots of each trust domain. A chain of one domain is never checked against the roots of
 * another. Immutable; swapped whole.
 *
 * @param roots never holds an empty list, nor one root twice in a list
 */
public record TrustBundle(Map<TrustDomain, List<X509Certificate>> roots) {

  public TrustBundle {
    Map<TrustDomain, List<X509Certificate>> copy = new HashMap<>();
    roots.forEach(
        (domain, list) -> {
          if (!list.isEmpty()) {
            copy.put(domain, List.copyOf(new LinkedHashSet<>(list)));
          }
        });
    roots = Map.copyOf(copy);
  }

  /** Trusts nobody. */
  public static TrustBundle empty() {
    return new TrustBundle(Map.of());
  }

  /**
   * The roots of one domain.
   *
   * @param pem CERTIFICATE blocks; text between them is allowed, as bundles come from people
   * @throws InvalidCertificate when there is no certificate or anything else is in a block
   */
  public static TrustBundle fromPem(TrustDomain domain, String pem) {
    return fromPem(Map.of(domain, pem));
  }

  /**
   * As {@link #fromPem(TrustDomain, String)}, for several domains; the message names the domain.
   */
  public static TrustBundle fromPem(Map<TrustDomain, String> pems) {
    Map<TrustDomain, List<X509Certificate>> roots = new HashMap<>();
    pems.forEach(
        (domain, pem) -> {
          List<X509Certificate> list;
          try {
            list = CertificateChain.parsePem(pem, Pem.Text.ALLOWED);
          } catch (InvalidCertificate e) {
            throw new InvalidCertificate("bundle of " + domain + ": " + e.getMessage(), e);
          }
          if (list.isEmpty()) {
            throw new InvalidCertificate("bundle of " + domain + ": no certificate");
          }
          roots.put(domain, list);
        });
    return new TrustBundle(roots);
  }

  /** The roots of {@code domain}; empty when it is foreign. */
  public List<X509Certificate> of(TrustDomain domain) {
    return roots.getOrDefault(domain, List.of());
  }

  /** The roots of {@code domain} as CERTIFICATE blocks; empty text when it is foreign. */
  public String pem(TrustDomain domain) {
    return CertificateChain.pem(of(domain));
  }

  /**
   * SHA-256 in hex over domains and roots. Two bundles that trust the same have the same digest,
   * whatever the order they were written in.
   */
  public String digest() {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      new TreeMap<>(roots)
          .forEach(
              (domain, list) -> {
                sha256.update((byte) 0);
                sha256.update(domain.name().getBytes(StandardCharsets.US_ASCII));
                list.stream()
                    .map(CertificateChain::encoded)
                    .map(TrustBundle::fingerprint)
                    .sorted(Arrays::compareUnsigned)
                    .forEach(
                        fingerprint -> {
                          sha256.update((byte) 1);
                          sha256.update(fingerprint);
                        });
              });
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static byte[] fingerprint(byte[] der) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(der);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
