package io.heraldmesh.ca;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.RegistrationSource;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.HeraldIdentity;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.store.IssuanceLog;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.StoreException;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who may have which certificate, has it signed, and logs it before it leaves. Every issue
 * and every refusal is one line in the log, and a refusal is in the audit log before it is
 * answered, see {@link CaRefusals}. Signing is done off the event loop.
 */
public final class CertificateIssuer {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateIssuer.class);

  private static final String TOO_MANY = "TOO_MANY";

  private final Vertx vertx;
  private final Supplier<Authority> authority;
  private final Crypto crypto;
  private final IssuanceLog log;
  private final CaRefusals refusals;
  private final RegistrationSource registrations;
  private final Supplier<Revocations> revocations;
  private final InstantSource clock;
  private final IssuanceLimit limit;
  private final CaMetrics metrics;
  private final AtomicLong tooMany = new AtomicLong();

  /**
   * @param authority asked anew for each request
   * @param registrations asked anew for each request, and looked up before one is refused
   * @param revocations asked anew for each request
   * @param limit how often somebody is given a certificate for the same identity
   */
  public CertificateIssuer(
      Vertx vertx,
      Supplier<Authority> authority,
      Crypto crypto,
      IssuanceLog log,
      CaRefusals refusals,
      RegistrationSource registrations,
      Supplier<Revocations> revocations,
      InstantSource clock,
      IssuanceLimit limit,
      MeterRegistry registry) {
    this.vertx = vertx;
    this.authority = authority;
    this.crypto = crypto;
    this.log = log;
    this.refusals = refusals;
    this.registrations = registrations;
    this.revocations = revocations;
    this.clock = clock;
    this.limit = limit;
    this.metrics = new CaMetrics(registry, authority);
  }

  /** See {@link CaService#issue}. */
  public Future<CaService.Issued> issue(SpiffeId caller, CaService.IssueRequest request) {
    metrics.request();
    Authority by = authority.get();
    return vertx
        .executeBlocking(() -> sign(by, caller, request), false)
        .compose(issued -> logged(caller, issued))
        .map(issued -> new CaService.Issued(issued.chain(), by.bundle()))
        .recover(e -> refused(caller, request.subject(), e));
  }

  /** What may pass when it is tried again is no refusal. */
  private Future<CaService.Issued> refused(
      SpiffeId caller, CaService.Subject subject, Throwable cause) {
    if (!BusFailure.OVERLOADED.is(cause)) {
      LOG.warn("certificate refused caller={} {}", caller, cause.getMessage());
    }
    return cause instanceof BusException why && !why.failure().retryHelps()
        ? Future.fromCompletionStage(
                refusals.refused(caller, subject, why), vertx.getOrCreateContext())
            .compose(written -> Future.failedFuture(why))
        : Future.failedFuture(cause);
  }

  void tick() {
    refusals.tick();
  }

  Future<CaService.Roots> roots(SpiffeId caller) {
    return Future.succeededFuture(new CaService.Roots(authority.get().bundle()));
  }

  Future<CaService.NumberedRoots> numberedRoots(SpiffeId caller) {
    return Future.succeededFuture(authority.get().numberedRoots());
  }

  /** See {@link CaService.Server#refused}. */
  void refused(BusException why, @Nullable String signer, String type) {
    switch (why.failure()) {
      case UNAUTHENTICATED, FORBIDDEN, REPLAYED, EXPIRED -> {
        metrics.authenticationFailure();
        refusals.unheard(why, signer, type);
      }
      case UNREACHABLE,
          OVERLOADED,
          NOT_READY,
          INTERNAL,
          UNKNOWN_NODE,
          UNKNOWN_TYPE,
          MALFORMED,
          TOO_LARGE,
          NOT_REGISTERED,
          BAD_CSR,
          BAD_ANSWER -> {}
    }
  }

  private Issued sign(Authority by, SpiffeId caller, CaService.IssueRequest request)
      throws BusException {
    HeraldIdentity asking = caller.herald().orElseThrow();
    Revocations revoked = revocations.get();
    Optional<Instant> blocked = revoked.blocked(asking.name(), clock.instant());
    if (blocked.isPresent()) {
      throw new BusException(BusFailure.NOT_REGISTERED, caller + " was revoked");
    }
    SpiffeId id = subject(by.trustDomain(), caller, asking, request.subject());
    Instant earliest = id.equals(caller) ? revoked.earliest(asking.name()) : Instant.EPOCH;
    if (!limit.take(caller, id)) {
      throw tooMany(caller, id);
    }
    Csr csr;
    try {
      csr = Csr.parse(request.csr().toByteArray(), crypto);
    } catch (InvalidCertificate e) {
      metrics.badCsr();
      throw new BusException(BusFailure.BAD_CSR, "id=" + id + " " + e.getMessage());
    }
    try {
      return by.sign(csr.publicKey(), id, request.ttl(), clock.instant(), earliest);
    } catch (IssuanceRefused e) {
      metrics.notSigned(e.reason().name());
      throw new BusException(failure(e.reason()), "id=" + id + " " + e.getMessage());
    }
  }

  /** Of these the first and each that doubles them is in the log. */
  private BusException tooMany(SpiffeId caller, SpiffeId id) {
    metrics.notSigned(TOO_MANY);
    long count = tooMany.incrementAndGet();
    if (Long.bitCount(count) == 1) {
      LOG.warn("certificate refused caller={} id={} too many count={}", caller, id, count);
    }
    return new BusException(BusFailure.OVERLOADED, "too many certificates for " + id);
  }

  /**
   * The name in the certificate: never from the CSR, only from what the caller is registered for.
   */
  private SpiffeId subject(
      TrustDomain trustDomain, SpiffeId caller, HeraldIdentity asking, CaService.Subject subject)
      throws BusException {
    return switch (subject) {
      case CaService.Subject.Caller() -> {
        if (asking.role() == HeraldRole.NODE
            && !registered(asking, now -> now.byNode().containsKey(asking.name()))) {
          throw new BusException(BusFailure.NOT_REGISTERED, "nothing is registered for " + caller);
        }
        yield caller;
      }
      case CaService.Subject.Workload(String namespace, String serviceAccount) -> {
        WorkloadIdentity workload = new WorkloadIdentity(namespace, serviceAccount);
        if (asking.role() != HeraldRole.NODE
            || !registered(asking, now -> now.allow(asking.name(), workload))) {
          throw new BusException(
              BusFailure.NOT_REGISTERED,
              namespace + "/" + serviceAccount + " is not registered for " + caller);
        }
        try {
          yield SpiffeId.workload(trustDomain, namespace, serviceAccount);
        } catch (InvalidIdentity e) {
          throw new BusException(BusFailure.MALFORMED, "not a workload: " + e.getMessage());
        }
      }
    };
  }

  /** Blocks for the database where it would have to say no. */
  private boolean registered(HeraldIdentity asking, Predicate<Registrations> allowed)
      throws BusException {
    if (allowed.test(registrations.get())) {
      return true;
    }
    try {
      return allowed.test(registrations.lookUp(asking.name()));
    } catch (StoreException e) {
      throw new BusException(BusFailure.NOT_READY, "what is registered cannot be read now");
    }
  }

  private Future<Issued> logged(SpiffeId caller, Issued issued) {
    Instant now = clock.instant();
    IssuanceRecord record =
        new IssuanceRecord(
            issued.serialHex(),
            issued.id().toString(),
            caller.herald().orElseThrow().name(),
            issued.notBefore(),
            issued.notAfter(),
            now,
            fingerprint(issued),
            caller.toString());
    return Future.fromCompletionStage(log.append(List.of(record)), vertx.getOrCreateContext())
        .transform(
            written -> {
              if (written.failed()) {
                metrics.notSigned("NOT_LOGGED");
                LOG.error("issuance log failed; nothing is issued", written.cause());
                return Future.failedFuture(
                    new BusException(BusFailure.INTERNAL, "the issuance log cannot be written"));
              }
              metrics.issued();
              LOG.info(
                  "certificate issued id={} serial={} caller={} notAfter={}",
                  issued.id(),
                  issued.serialHex(),
                  caller,
                  issued.notAfter());
              return Future.succeededFuture(issued);
            });
  }

  private static String fingerprint(Issued issued) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(issued.leaf().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate just signed has a digest", e);
    }
  }

  private static BusFailure failure(IssuanceRefused.Reason reason) {
    return switch (reason) {
      case WEAK_KEY, TTL -> BusFailure.BAD_CSR;
      case IDENTITY -> BusFailure.FORBIDDEN;
      case AUTHORITY_NOT_VALID -> BusFailure.NOT_READY;
      case CHECK_FAILED -> BusFailure.INTERNAL;
    };
  }
}
