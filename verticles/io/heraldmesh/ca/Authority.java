package io.heraldmesh.ca;

import io.heraldmesh.bus.CaService;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.KeyStrength;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.jspecify.annotations.Nullable;

/**
 * Signs leaves for the workloads of one trust domain. It decides nothing about who may have which
 * identity: the caller must have done so, and must log what is issued before it leaves.
 * Thread-safe; does no I/O.
 */
public final class Authority {
  /** The life of a leaf when the caller asks for none (Istio's DEFAULT_WORKLOAD_CERT_TTL). */
  public static final Duration DEFAULT_TTL = Duration.ofHours(24);

  /** The longest life (Istio's MAX_WORKLOAD_CERT_TTL). */
  public static final Duration MAX_TTL = Duration.ofDays(90);

  /** How far back a leaf is valid, for peers whose clocks are late. */
  static final Duration BACKDATE = Duration.ofMinutes(2);

  private final TrustDomain trustDomain;
  private final AuthorityMaterial material;
  private final Crypto crypto;
  private final SecureRandom random;
  private final TrustBundle bundle;
  private final long rootsNumber;
  private final IssuedLinter linter;

  Authority(
      TrustDomain trustDomain, AuthorityMaterial material, Crypto crypto, SecureRandom random) {
    this(trustDomain, material, crypto, random, CaService.NumberedRoots.UNKNOWN);
  }

  private Authority(
      TrustDomain trustDomain,
      AuthorityMaterial material,
      Crypto crypto,
      SecureRandom random,
      long rootsNumber) {
    this.rootsNumber = rootsNumber;
    this.trustDomain = trustDomain;
    this.material = material;
    this.crypto = crypto;
    this.random = random;
    this.bundle = new TrustBundle(Map.of(trustDomain, material.roots()));
    this.linter = new IssuedLinter(bundle, crypto);
  }

  /**
   * A new root (P-256, 10 years) and an issuing intermediate under it (P-256, 1 year, signs leaves
   * only). Nothing is stored; see {@link AuthorityStore}.
   */
  public static Authority create(
      TrustDomain trustDomain, InstantSource clock, Crypto crypto, SecureRandom random) {
    return new Authority(
        trustDomain,
        NewAuthority.make(trustDomain, clock.instant(), crypto, random),
        crypto,
        random);
  }

  /**
   * Signs a leaf for {@code id} that holds {@code subjectKey}.
   *
   * @param ttl how long from {@code now}; null, zero or negative means {@link #DEFAULT_TTL}. The
   *     leaf never outlives the authority's own chain
   * @throws IssuanceRefused when it may not or cannot be signed; the reason says which
   */
  public Issued sign(PublicKey subjectKey, SpiffeId id, @Nullable Duration ttl, Instant now) {
    return sign(subjectKey, id, ttl, now, Instant.EPOCH);
  }

  /**
   * As {@link #sign(PublicKey, SpiffeId, Duration, Instant)}, of a leaf that is not valid before
   * {@code earliest}, which is in whole seconds; refused while that is to come.
   */
  public Issued sign(
      PublicKey subjectKey, SpiffeId id, @Nullable Duration ttl, Instant now, Instant earliest) {
    if (now.isBefore(earliest)) {
      throw new IssuanceRefused(
          IssuanceRefused.Reason.IDENTITY, id + " is not given to anybody before " + earliest);
    }
    if (!id.trustDomain().equals(trustDomain) || id.path().isEmpty()) {
      throw new IssuanceRefused(
          IssuanceRefused.Reason.IDENTITY,
          id + " is not an identity with a path in trust domain " + trustDomain);
    }
    KeyStrength.weakness(subjectKey)
        .ifPresent(
            why -> {
              throw new IssuanceRefused(IssuanceRefused.Reason.WEAK_KEY, why);
            });
    Validity validity = validity(ttl, now, earliest);
    BigInteger serial = SerialNumber.next(random);
    X509Certificate issuer = material.issuer();
    TBSCertificate tbs =
        CertificateTemplate.leaf(
            id,
            subjectKey,
            serial,
            validity.notBefore(),
            validity.notAfter(),
            issuer,
            issuer.getPublicKey());
    Leaf asked =
        new Leaf(id, subjectKey, serial, validity.notBefore(), validity.notAfter(), issuer);
    linter.check(tbs, asked);
    X509Certificate leaf;
    try {
      leaf = CertificateTemplate.sign(tbs, material.issuerKey(), issuer.getPublicKey(), crypto);
    } catch (GeneralSecurityException e) {
      throw new IssuanceRefused(
          IssuanceRefused.Reason.CHECK_FAILED, "the issuing key cannot sign", e);
    }
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(leaf);
    chain.addAll(material.intermediates());
    linter.check(chain, tbs, asked, now);
    return new Issued(id, chain, serial.toString(16), validity.notBefore(), validity.notAfter());
  }

  public TrustDomain trustDomain() {
    return trustDomain;
  }

  /**
   * The roots that peers need to trust what this authority signs. The first is the one that it
   * signs under.
   */
  public TrustBundle bundle() {
    return bundle;
  }

  /** The same roots with their number, which rises with each change of them. */
  public CaService.NumberedRoots numberedRoots() {
    return new CaService.NumberedRoots(bundle, rootsNumber);
  }

  /** The certificate that signs the leaves. */
  public X509Certificate issuer() {
    return material.issuer();
  }

  /** {@link #issuer} first, then those above it without the root, unless it is the root. */
  public List<X509Certificate> issuerChain() {
    List<X509Certificate> chain = material.intermediates();
    return chain.isEmpty() ? List.of(material.issuer()) : chain;
  }

  /** When the first certificate of its chain ends, root included; after it nothing is signed. */
  public Instant notAfter() {
    return chain().map(c -> c.getNotAfter().toInstant()).min(Instant::compareTo).orElseThrow();
  }

  /** The same, with other roots for peers to trust; the first stays the issuer's. */
  Authority trusting(List<X509Certificate> roots) {
    return new Authority(
        trustDomain,
        new AuthorityMaterial(
            material.issuer(),
            material.issuerKey(),
            material.intermediates(),
            roots,
            material.rootKey()),
        crypto,
        random);
  }

  /** The same, whose roots have this number. */
  Authority numbered(long number) {
    return new Authority(trustDomain, material, crypto, random, number);
  }

  AuthorityMaterial material() {
    return material;
  }

  private record Validity(Instant notBefore, Instant notAfter) {}

  private Validity validity(@Nullable Duration ttl, Instant now, Instant earliest) {
    Duration wanted = ttl == null || ttl.isZero() || ttl.isNegative() ? DEFAULT_TTL : ttl;
    if (wanted.compareTo(MAX_TTL) > 0) {
      throw new IssuanceRefused(
          IssuanceRefused.Reason.TTL,
          "a life of " + wanted + " was asked for; at most " + MAX_TTL + " is allowed");
    }
    Instant from =
        Stream.concat(chain().map(c -> c.getNotBefore().toInstant()), Stream.of(earliest))
            .max(Instant::compareTo)
            .orElseThrow();
    Instant end = notAfter();
    // Certificates hold whole seconds.
    Instant notBefore = now.minus(BACKDATE).truncatedTo(ChronoUnit.SECONDS);
    Instant notAfter = now.plus(wanted).truncatedTo(ChronoUnit.SECONDS);
    if (now.isBefore(from) || !now.isBefore(end)) {
      throw new IssuanceRefused(
          IssuanceRefused.Reason.AUTHORITY_NOT_VALID,
          "the authority's chain is valid from " + from + " to " + end + ", and it is " + now);
    }
    return new Validity(
        notBefore.isBefore(from) ? from : notBefore, notAfter.isAfter(end) ? end : notAfter);
  }

  private Stream<X509Certificate> chain() {
    return Stream.concat(material.intermediates().stream(), Stream.of(material.roots().getFirst()));
  }
}
