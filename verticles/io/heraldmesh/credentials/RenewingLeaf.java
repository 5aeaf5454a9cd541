package io.heraldmesh.credentials;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One leaf over its life: a new key, a certificate for it, the next in time, the old one kept as
 * long as it is valid. Keys are made here, off the event loop, and stay here. Thread-safe.
 */
final class RenewingLeaf {
  private static final Logger LOG = LoggerFactory.getLogger(RenewingLeaf.class);

  /** An authority lets a leaf begin some minutes before it is signed. */
  private static final Duration AS_WISHED_WITHIN = Duration.ofMinutes(5);

  private final Vertx vertx;
  private final CaService ca;
  private final SpiffeId id;
  private final CaService.Subject subject;
  private final @Nullable Duration ttl;
  private final Crypto crypto;
  private final CredentialCheck check;
  private final InstantSource clock;
  private final RenewalSchedule schedule;
  private final Listener listener;
  private final InUse inUse;

  private @Nullable Credential credential;
  private @Nullable Future<Credential> attempt;
  private Instant nextAttempt;
  private int failures;
  private @Nullable String lastError;

  /** Told of every change; never two at a time for one leaf. */
  interface Listener {
    void issued(Credential credential, TrustBundle bundle);

    void expired(SpiffeId id);
  }

  /**
   * @param ttl wished lifetime; null: the authority's default
   */
  RenewingLeaf(
      Vertx vertx,
      CaService ca,
      SpiffeId id,
      CaService.Subject subject,
      @Nullable Duration ttl,
      Crypto crypto,
      InstantSource clock,
      RandomGenerator random,
      Listener listener) {
    this.vertx = vertx;
    this.ca = ca;
    this.id = id;
    this.subject = subject;
    this.ttl = ttl;
    this.crypto = crypto;
    this.check = new CredentialCheck(crypto);
    this.clock = clock;
    this.schedule = new RenewalSchedule(random);
    this.listener = listener;
    this.inUse = new InUse(id);
    this.nextAttempt = clock.instant();
  }

  /** A leaf that came from elsewhere and is renewed from here on. */
  synchronized RenewingLeaf startingWith(Credential first) {
    credential = first;
    failures = 0;
    nextAttempt = schedule.renewal(clock.instant(), first.leaf().getNotAfter().toInstant());
    return this;
  }

  /** Does what is due by now; call it often, as a clock may jump. */
  void tick() {
    boolean due;
    boolean ended;
    synchronized (this) {
      Instant now = clock.instant();
      Credential held = credential;
      ended = held != null && !now.isBefore(held.leaf().getNotAfter().toInstant());
      if (ended) {
        credential = null;
      }
      // A leaf from the future: the clock went back, and peers refuse it.
      boolean early = held != null && now.isBefore(held.leaf().getNotBefore().toInstant());
      due =
          attempt == null && (schedule.isDue(now, nextAttempt, failures) || early && failures == 0);
    }
    if (ended) {
      LOG.error("leaf expired id={} and none came to replace it", id);
      listener.expired(id);
    }
    if (due) {
      renew();
    }
  }

  /**
   * These roots are in force. The first of its trust domain is the one that certificates are issued
   * under: a leaf under another is replaced before that one is trusted no longer.
   *
   * @param within at a random moment in this time, so that not all ask at once
   */
  void follow(TrustBundle bundle, Duration within) {
    synchronized (this) {
      Credential held = credential;
      if (held == null || failures > 0 || underFirst(bundle, held)) {
        return;
      }
      Instant soon = clock.instant().plus(schedule.within(within));
      if (soon.isBefore(nextAttempt)) {
        nextAttempt = soon;
        LOG.info("leaf is of an older root, the next is due id={} next={}", id, soon);
      }
    }
  }

  private static boolean underFirst(TrustBundle bundle, Credential held) {
    List<X509Certificate> roots = bundle.of(held.id().trustDomain());
    return roots.isEmpty() || InUse.isUnder(roots.getFirst(), held);
  }

  /** Makes the next one due now when the one that is held lives for another time than is wished. */
  synchronized void renewUnlessAsWished() {
    Credential held = credential;
    Duration wished = ttl;
    if (held == null || wished == null) {
      return;
    }
    Duration life =
        Duration.between(
            held.leaf().getNotBefore().toInstant(), held.leaf().getNotAfter().toInstant());
    if (life.minus(wished).abs().compareTo(AS_WISHED_WITHIN) > 0) {
      nextAttempt = clock.instant();
      LOG.info("leaf lives for {}, the next is due now id={} wished={}", life, id, wished);
    }
  }

  /** The authority can be reached again: what failed is tried now, not after its pause. */
  void reachable() {
    synchronized (this) {
      if (failures > 0) {
        nextAttempt = clock.instant();
      }
    }
    tick();
  }

  /** Asks for a new one now; an attempt under way is joined. */
  synchronized Future<Credential> renew() {
    if (attempt != null) {
      return attempt;
    }
    Future<Credential> asking =
        vertx
            .executeBlocking(this::newKey, false)
            .compose(
                key ->
                    ca.issue(new CaService.IssueRequest(key.csr(), subject, ttl))
                        .compose(i -> vertx.executeBlocking(() -> accept(key.keys(), i), false)));
    attempt = asking;
    return asking.onComplete(
        done -> {
          synchronized (this) {
            attempt = null;
            if (done.failed()) {
              failed(done.cause());
            }
          }
        });
  }

  synchronized LeafStatus status() {
    Credential held = credential;
    return new LeafStatus(
        id,
        held == null ? null : held.leaf().getSerialNumber().toString(16),
        held == null ? null : held.leaf().getNotAfter().toInstant(),
        nextAttempt,
        attempt != null,
        lastError);
  }

  /**
   * The same, for whoever has to know which certificate breaks next.
   *
   * @param bundle the roots that are trusted
   */
  synchronized Used used(TrustBundle bundle) {
    return inUse.told(credential, bundle, nextAttempt, lastError);
  }

  private record NewKey(KeyPair keys, ByteString csr) {}

  private NewKey newKey() throws GeneralSecurityException {
    KeyPairGenerator generator = crypto.keyPairGenerator("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair keys = generator.generateKeyPair();
    return new NewKey(keys, ByteString.of(Csr.create(keys, crypto)));
  }

  private Credential accept(KeyPair keys, CaService.Issued issued) throws BusException {
    Instant now = clock.instant();
    Optional<String> problem =
        check.problem(id, keys.getPrivate(), issued.chain(), issued.bundle(), now);
    if (problem.isPresent()) {
      throw new BusException(BusFailure.BAD_ANSWER, problem.get());
    }
    Credential fresh = new Credential(id, keys.getPrivate(), issued.chain());
    Instant notAfter = fresh.leaf().getNotAfter().toInstant();
    synchronized (this) {
      credential = fresh;
      failures = 0;
      lastError = null;
      nextAttempt = schedule.renewal(now, notAfter);
    }
    LOG.info(
        "leaf renewed id={} serial={} notAfter={}",
        id,
        fresh.leaf().getSerialNumber().toString(16),
        notAfter);
    listener.issued(fresh, issued.bundle());
    return fresh;
  }

  private synchronized void failed(Throwable cause) {
    failures++;
    lastError = cause.getMessage();
    nextAttempt = schedule.retry(clock.instant(), failures);
    LOG.warn(
        "leaf not renewed id={} failures={} next={} reason=\"{}\"",
        id,
        failures,
        nextAttempt,
        cause.getMessage());
  }
}
