package io.heraldmesh.enrol;

import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.IssuanceLimit;
import io.heraldmesh.ca.IssuanceRefused;
import io.heraldmesh.ca.Issued;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.enrol.CertificateProofs.KnownNode;
import io.heraldmesh.enrol.EnrolRefused.Reason;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.NodeRegistrations.Readmission;
import io.heraldmesh.store.RefusalAudit;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.TokenSecret;
import io.heraldmesh.store.TokenUse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who joins. Every identity that is issued is in the issuance log and the audit log before
 * it leaves, every refusal in the audit log, within its bounds. Thread-safe; blocks nobody: the
 * database and signatures have worker threads.
 */
public final class Enrolment {
  private static final Logger LOG = LoggerFactory.getLogger(Enrolment.class);
  private static final String ACTION = "enrol";

  /** Longer ones are none of ours, and cost no look into the database. */
  private static final int LONGEST_TOKEN = 128;

  private final Vertx vertx;
  private final Supplier<Authority> authority;
  private final Store store;
  private final CertificateProofs certificates;
  private final EnrolLimits limits;
  private final IssuanceLimit issuance;
  private final Crypto crypto;
  private final InstantSource clock;
  private final RegistrationNews news;
  private final RateLimits rates;
  private final RefusalAudit refusals;
  private final AtomicInteger underWay = new AtomicInteger();

  /**
   * @param authority asked anew for each request
   * @param issuance how often somebody is given a certificate for the same identity, here and by
   *     renewals
   * @param nanos as {@link System#nanoTime}, for rates
   * @param registered called, on a worker thread, when workloads were registered
   */
  public Enrolment(
      Vertx vertx,
      Supplier<Authority> authority,
      Store store,
      CertificateProofs certificates,
      EnrolLimits limits,
      IssuanceLimit issuance,
      Crypto crypto,
      InstantSource clock,
      LongSupplier nanos,
      Runnable registered) {
    this.vertx = vertx;
    this.authority = authority;
    this.store = store;
    this.certificates = certificates;
    this.limits = limits;
    this.issuance = issuance;
    this.crypto = crypto;
    this.clock = clock;
    this.news = new RegistrationNews(registered);
    this.rates = new RateLimits(limits, nanos);
    this.refusals =
        new RefusalAudit(store.audit(), ACTION, limits.auditedPerMinute(), clock, nanos);
  }

  /**
   * Enrols, or fails with {@link EnrolRefused}.
   *
   * @param from the caller's address
   */
  public Future<Enrolled> enrol(InetAddress from, EnrolRequest request) {
    try {
      rates.take(from);
    } catch (EnrolRefused e) {
      return refused(from, "rate", e);
    }
    if (underWay.incrementAndGet() > limits.atOnce()) {
      underWay.decrementAndGet();
      return refused(
          from, "rate", new EnrolRefused(Reason.TOO_MANY, "too many nodes enrol at once"));
    }
    String subject = subject(request.proof());
    return vertx
        .executeBlocking(() -> decide(request), false)
        .compose(this::logged)
        .recover(e -> refused(from, subject, refusal(e)))
        .onComplete(done -> underWay.decrementAndGet());
  }

  /** Refuses what could not even be read as a request; counted and audited like any other. */
  public Future<Enrolled> unreadable(InetAddress from, String why) {
    try {
      rates.take(from);
    } catch (EnrolRefused e) {
      return refused(from, "rate", e);
    }
    return refused(from, "request", new EnrolRefused(Reason.UNKNOWN_KIND, why));
  }

  /** Tells the audit log what was only counted; call it about once a minute. */
  public void tick() {
    refusals
        .tick()
        .whenComplete(
            (done, e) -> {
              if (e != null) {
                LOG.warn("refusals not written to the audit log: {}", e.getMessage());
              }
            });
  }

  /** Tells the audit log what was only counted so far. For a node that stops. */
  public CompletableFuture<Void> writeCounted() {
    return refusals.flush();
  }

  private record Decided(Issued issued, Authority by, String name, String how) {}

  private Decided decide(EnrolRequest request) {
    Authority by = authority.get();
    Csr csr;
    try {
      csr = Csr.parse(request.csr().toByteArray(), crypto);
    } catch (InvalidCertificate e) {
      throw new EnrolRefused(Reason.BAD_CSR, String.valueOf(e.getMessage()), e);
    }
    Instant now = clock.instant();
    return switch (request.proof()) {
      case Proof.Token(String text) -> byToken(text, request.name(), csr, by, now);
      case Proof.Certificate certificate -> {
        KnownNode node =
            certificates.prove(
                certificate,
                request.csr().toByteArray(),
                by.bundle().of(by.trustDomain()),
                crypto,
                now);
        if (!node.node().equals(request.name())) {
          throw new EnrolRefused(Reason.OTHER_NAME, "the certificate is for another node");
        }
        register(node, CertificateProofs.validSince(certificate), now);
        yield sign(csr, HeraldRole.NODE, node.node(), by, now, node.certificate());
      }
    };
  }

  private Decided byToken(String text, String name, Csr csr, Authority by, Instant now) {
    if (text.isEmpty() || text.length() > LONGEST_TOKEN) {
      throw new EnrolRefused(Reason.TOKEN_UNKNOWN, "there is no such token");
    }
    String challenge = csr.challenge();
    if (challenge == null || !TokenBinding.holds(text, csr.publicKey(), challenge)) {
      throw new EnrolRefused(Reason.BAD_CSR, "the request is not bound to the token");
    }
    String key = Fingerprint.of(csr.publicKey()).toString();
    String hash = TokenSecret.presented(text).hash();
    TokenUse use =
        store
            .tokens()
            .use(
                hash,
                name,
                key,
                now,
                token ->
                    new AuditEvent(
                        now,
                        "node " + name,
                        "token.use",
                        "node " + name,
                        "done",
                        "token of " + token.createdBy() + ", key " + key));
    return switch (use) {
      case TokenUse.Refused(TokenUse.Why why) -> throw refusal(why);
      case TokenUse.Accepted(JoinToken token, boolean repeated) -> {
        news.tell(!repeated);
        HeraldRole role =
            role(token.role())
                .orElseThrow(
                    () ->
                        new EnrolRefused(
                            Reason.UNAVAILABLE, "the token is for a role that is not known here"));
        yield sign(
            csr,
            role,
            token.node(),
            by,
            now,
            (repeated ? "token again, of " : "token of ") + token.createdBy());
      }
    };
  }

  private void register(KnownNode node, Instant validSince, Instant now) {
    Readmission done =
        store
            .registrations()
            .readmit(
                node.node(),
                validSince,
                node.workloads().stream()
                    .map(
                        w ->
                            new Registration(
                                node.node(), w.namespace(), w.serviceAccount(), "node file", now))
                    .toList());
    switch (done) {
      case DONE -> news.tell(true);
      case AS_BEFORE -> news.tell(false);
      case REVOKED ->
          throw new EnrolRefused(
              Reason.CERTIFICATE,
              "certificate: the node was revoked; it joins by a token, and by a certificate only"
                  + " after that");
      case CONTROL_NODE ->
          throw new EnrolRefused(
              Reason.OTHER_NAME,
              "the name is a control node's, which does not join but signs its own identity; the line"
                  + " of spec.control.certificates needs another name");
      case CERTIFICATE_TOO_OLD ->
          throw new EnrolRefused(
              Reason.CERTIFICATE,
              "certificate: the node was revoked, and this one is from before that, valid since "
                  + validSince);
    }
  }

  private Decided sign(
      Csr csr, HeraldRole role, String name, Authority by, Instant now, String how) {
    Instant earliest = store.registrations().voidBefore(name).orElse(Instant.EPOCH);
    if (now.isBefore(earliest)) {
      throw new EnrolRefused(
          Reason.UNAVAILABLE, "the node was revoked, and may join again from " + earliest + " on");
    }
    try {
      SpiffeId id = SpiffeId.herald(by.trustDomain(), role, name);
      if (!issuance.take(id, id)) {
        // Whoever has a proof may show it for ever, and each time would be two rows for ever.
        throw new EnrolRefused(Reason.TOO_MANY, "too many certificates for " + id);
      }
      return new Decided(
          by.sign(csr.publicKey(), id, null, now, earliest),
          by,
          name,
          how + ", key " + Fingerprint.of(csr.publicKey()));
    } catch (IssuanceRefused e) {
      throw new EnrolRefused(Reason.UNAVAILABLE, "the authority does not sign: " + e.reason(), e);
    } catch (InvalidIdentity e) {
      throw new EnrolRefused(Reason.UNAVAILABLE, "no identity can have that name", e);
    }
  }

  /** Both logs, durably, before anything leaves. */
  private Future<Enrolled> logged(Decided decided) {
    Issued issued = decided.issued();
    Instant now = clock.instant();
    String id = issued.id().toString();
    CompletableFuture<Void> written =
        CompletableFuture.allOf(
            store
                .issuanceLog()
                .append(
                    List.of(
                        new IssuanceRecord(
                            issued.serialHex(),
                            id,
                            decided.name(),
                            issued.notBefore(),
                            issued.notAfter(),
                            now,
                            Fingerprint.of(issued.leaf()).hex(),
                            id))),
            store
                .audit()
                .append(
                    new AuditEvent(
                        now,
                        id,
                        ACTION,
                        id,
                        "done",
                        decided.how() + ", serial " + issued.serialHex())));
    return Future.fromCompletionStage(written, vertx.getOrCreateContext())
        .map(
            done -> {
              LOG.info("enrolled id={} serial={} by={}", id, issued.serialHex(), decided.how());
              return new Enrolled(issued.id(), issued.chain(), decided.by().bundle());
            });
  }

  private Future<Enrolled> refused(InetAddress from, String subject, EnrolRefused why) {
    String address = RateLimits.network(from);
    LOG.debug("enrolment refused address={} subject={} {}", address, subject, why.getMessage());
    CompletableFuture<Void> written =
        refusals.refused(
            "address " + from.getHostAddress(),
            ACTION,
            subject,
            why.reason() + " " + why.getMessage());
    return Future.fromCompletionStage(written, vertx.getOrCreateContext())
        .transform(
            done -> {
              if (done.failed()) {
                LOG.warn("a refusal is not in the audit log: {}", done.cause().getMessage());
              }
              return Future.failedFuture(why);
            });
  }

  private static EnrolRefused refusal(Throwable cause) {
    return switch (cause) {
      case EnrolRefused refused -> refused;
      case CompletionException e when e.getCause() != null -> refusal(e.getCause());
      case StoreException e -> {
        LOG.error("nobody enrols, the state cannot be written: {}", e.getMessage());
        yield new EnrolRefused(Reason.UNAVAILABLE, "the state cannot be written now", e);
      }
      default -> {
        LOG.error("enrolment failed", cause);
        yield new EnrolRefused(Reason.UNAVAILABLE, "failed for a reason of its own", cause);
      }
    };
  }

  private static EnrolRefused refusal(TokenUse.Why why) {
    return switch (why) {
      case UNKNOWN -> new EnrolRefused(Reason.TOKEN_UNKNOWN, "there is no such token");
      case EXPIRED -> new EnrolRefused(Reason.TOKEN_EXPIRED, "the token's time is over");
      case OTHER_NODE ->
          new EnrolRefused(
              Reason.OTHER_NAME,
              "the token is for a node of another name; use the name of the line it came in");
      case CONTROL_NODE ->
          new EnrolRefused(
              Reason.OTHER_NAME,
              "the token is for the name of a control node, which does not join but signs"
                  + " its own identity; ask for a token of another name");
      case USED -> new EnrolRefused(Reason.TOKEN_USED, "another key used the token");
    };
  }

  static Optional<HeraldRole> role(String word) {
    for (HeraldRole role : HeraldRole.values()) {
      if (role.word().equals(word)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }

  /** Enough of the token's hash to find its line; nothing of the token. */
  private static String subject(Proof proof) {
    return switch (proof) {
      case Proof.Token(String text) ->
          "token " + TokenSecret.presented(text).hash().substring(0, 12);
      case Proof.Certificate _ -> "certificate";
    };
  }
}
