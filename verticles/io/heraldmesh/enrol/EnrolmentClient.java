package io.heraldmesh.enrol;

import com.google.protobuf.UnsafeByteOperations;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.enrol.EnrolRefused.Reason;
import io.heraldmesh.enrol.proto.CertificateProof;
import io.heraldmesh.enrol.proto.EnrolAnswer;
import io.heraldmesh.enrol.proto.EnrolCall;
import io.heraldmesh.enrol.proto.EnrolmentGrpcClient;
import io.heraldmesh.enrol.proto.RootsAnswer;
import io.heraldmesh.enrol.proto.RootsCall;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.link.GrpcAddress;
import io.heraldmesh.tls.PinnedTls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Whoever joins. Finds the root that it was told of before it believes anything, and shows the
 * token only to a control node of that root. Thread-safe.
 */
public final class EnrolmentClient {
  private static final Set<HeraldRole> CONTROL = EnumSet.of(HeraldRole.CONFIG, HeraldRole.CA);
  private static final int MOST_ANSWER_BYTES = 1 << 20;
  private static final int MOST_ROOTS = 64;
  private static final int CONNECT_MILLIS = 5000;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);

  private final Vertx vertx;
  private final Crypto crypto;
  private final PeerVerifier verifier;
  private final InstantSource clock;
  private final Fingerprint pin;

  /**
   * @param pin of the root, as an operator told it
   */
  public EnrolmentClient(Vertx vertx, Crypto crypto, InstantSource clock, Fingerprint pin) {
    this.vertx = vertx;
    this.crypto = crypto;
    this.verifier = new PeerVerifier(crypto);
    this.clock = clock;
    this.pin = pin;
  }

  /**
   * Joins. Fails with {@link EnrolRefused} when the control node refuses, with {@link NotTrusted}
   * when it, or what it answers, is not of the pinned root; with anything else when it cannot be
   * reached. What it gives was verified.
   *
   * @param name that the node must get
   */
  public Future<Enrolled> join(
      SocketAddress control, String name, KeyPair keys, JoiningProof proof) {
    return pinnedRoot(control)
        .compose(
            root ->
                call(
                        control,
                        PinnedTls.pinned(root, verifier, clock, EnrolmentClient::control),
                        EnrolmentGrpcClient.Enrol,
                        request(root, name, keys, proof))
                    .map(answer -> checked(answer, root, name, keys)));
  }

  private EnrolCall request(X509Certificate root, String name, KeyPair keys, JoiningProof proof) {
    EnrolCall.Builder call = EnrolCall.newBuilder().setName(name);
    return switch (proof) {
      case JoiningProof.Token(String token) -> {
        byte[] csr = Csr.create(keys, TokenBinding.of(token, keys.getPublic()), crypto);
        yield call.setCsr(UnsafeByteOperations.unsafeWrap(csr)).setToken(token).build();
      }
      case JoiningProof.Certificate certificate -> {
        byte[] csr = Csr.create(keys, crypto);
        yield call.setCsr(UnsafeByteOperations.unsafeWrap(csr))
            .setCertificate(shown(root, certificate, csr))
            .build();
      }
    };
  }

  private CertificateProof shown(
      X509Certificate root, JoiningProof.Certificate certificate, byte[] csr) {
    Instant now = clock.instant();
    CertificateProof.Builder proof =
        CertificateProof.newBuilder().setSignedAtMillis(now.toEpochMilli());
    new CertificateChain(certificate.chain())
        .der()
        .forEach(der -> proof.addChain(UnsafeByteOperations.unsafeWrap(der)));
    try {
      byte[] signed =
          CertificateSignature.sign(
              certificate.key(),
              certificate.chain().getFirst().getPublicKey(),
              CertificateSignature.text(Fingerprint.of(root), now, csr),
              crypto);
      return proof.setSignature(UnsafeByteOperations.unsafeWrap(signed)).build();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the key cannot sign: " + e.getMessage(), e);
    }
  }

  private Future<X509Certificate> pinnedRoot(SocketAddress control) {
    return call(
            control,
            PinnedTls.unverified(),
            EnrolmentGrpcClient.Roots,
            RootsCall.getDefaultInstance())
        .map(this::pinned);
  }

  private X509Certificate pinned(RootsAnswer answer) {
    List<X509Certificate> roots =
        certificates(answer.getRootList().stream().limit(MOST_ROOTS).toList());
    return roots.stream()
        .filter(root -> Fingerprint.of(root).equals(pin))
        .findFirst()
        .orElseThrow(
            () ->
                new NotTrusted(
                    "it is not of the mesh with the root "
                        + pin
                        + ", but of "
                        + roots.stream().map(Fingerprint::of).map(String::valueOf).toList()));
  }

  private static boolean control(SpiffeId server) {
    return server.herald().filter(h -> CONTROL.contains(h.role())).isPresent();
  }

  private Enrolled checked(EnrolAnswer answer, X509Certificate root, String name, KeyPair keys) {
    List<X509Certificate> chain = certificates(answer.getChainList());
    List<X509Certificate> roots = certificates(answer.getRootList());
    if (roots.stream().noneMatch(root::equals)) {
      throw new NotTrusted("its answer leaves the pinned root out");
    }
    SpiffeId id =
        switch (verifier.verifyUnder(roots, chain, PeerRole.CLIENT, clock.instant())) {
          case PeerVerdict.Accepted accepted -> accepted.id();
          case PeerVerdict.Refused(var reason, String detail) ->
              throw new NotTrusted("the certificate does not verify: " + reason + ", " + detail);
        };
    if (!chain.getFirst().getPublicKey().equals(keys.getPublic())) {
      throw new NotTrusted("the certificate is for another key");
    }
    if (id.herald().filter(h -> h.name().equals(name)).isEmpty()) {
      throw new NotTrusted("its answer is for " + id + ", not for " + name);
    }
    return new Enrolled(id, chain, new TrustBundle(Map.of(id.trustDomain(), roots)));
  }

  private static List<X509Certificate> certificates(List<com.google.protobuf.ByteString> der) {
    try {
      return CertificateChain.parseDer(
              der.stream().map(com.google.protobuf.ByteString::toByteArray).toList())
          .certificates();
    } catch (InvalidCertificate | InvalidIdentity e) {
      throw new NotTrusted("its answer has no certificates: " + e.getMessage());
    }
  }

  /** On a connection of its own, closed with the answer. */
  private <Q, A> Future<A> call(
      SocketAddress control, HttpClientOptions tls, ServiceMethod<A, Q> method, Q question) {
    GrpcClient client =
        GrpcClient.client(
            vertx,
            new GrpcClientOptions().setMaxMessageSize(MOST_ANSWER_BYTES),
            tls.setConnectTimeout(CONNECT_MILLIS));
    return client
        .request(GrpcAddress.of(control), method)
        .compose(request -> request.send(question))
        .compose(EnrolmentClient::answer)
        .timeout(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
        .eventually(client::close);
  }

  private static <Q, A> Future<A> answer(GrpcClientResponse<Q, A> response) {
    return response
        .last()
        .recover(e -> Future.failedFuture(response.status() == null ? e : refused(response)))
        .compose(
            answer ->
                response.status() == GrpcStatus.OK && answer != null
                    ? Future.succeededFuture(answer)
                    : Future.failedFuture(refused(response)));
  }

  private static EnrolRefused refused(GrpcClientResponse<?, ?> response) {
    String said = String.valueOf(response.statusMessage());
    for (Reason reason : Reason.values()) {
      if (said.startsWith(reason + ": ")) {
        return new EnrolRefused(reason, said.substring(reason.name().length() + 2));
      }
    }
    return new EnrolRefused(Reason.UNAVAILABLE, response.status() + " " + said);
  }

  /** Whoever answers is not to be believed. Nothing was kept. */
  public static final class NotTrusted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotTrusted(String message) {
      super(message);
    }
  }
}
