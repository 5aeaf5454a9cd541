package io.heraldmesh.enrol;

import com.google.protobuf.UnsafeByteOperations;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.enrol.EnrolRefused.Reason;
import io.heraldmesh.enrol.proto.CertificateProof;
import io.heraldmesh.enrol.proto.EnrolAnswer;
import io.heraldmesh.enrol.proto.EnrolCall;
import io.heraldmesh.enrol.proto.EnrolmentGrpcService;
import io.heraldmesh.enrol.proto.RootsAnswer;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.link.ControlCaller;
import io.heraldmesh.link.ControlMethod;
import io.vertx.core.Future;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.StatusException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** {@link Enrolment} as gRPC, for callers that have no certificate yet. Thread-safe. */
public final class EnrolmentService {
  /** Of one request: a chain of ten certificates and a signing request fit. */
  private static final int MOST_REQUEST_BYTES = 128 << 10;

  private final Enrolment enrolment;
  private final TrustDomain trustDomain;
  private final Supplier<TrustBundle> bundle;

  /**
   * @param bundle the roots in force
   */
  public EnrolmentService(
      Enrolment enrolment, TrustDomain trustDomain, Supplier<TrustBundle> bundle) {
    this.enrolment = enrolment;
    this.trustDomain = trustDomain;
    this.bundle = bundle;
  }

  /** For a {@link io.heraldmesh.link.ControlServer}. */
  public List<ControlMethod<?, ?>> methods() {
    return List.of(
        ControlMethod.unary(
            EnrolmentGrpcService.Roots,
            MOST_REQUEST_BYTES,
            false,
            (caller, call) -> Future.succeededFuture(roots())),
        ControlMethod.unary(EnrolmentGrpcService.Enrol, MOST_REQUEST_BYTES, false, this::enrol));
  }

  private RootsAnswer roots() {
    RootsAnswer.Builder answer = RootsAnswer.newBuilder();
    new CertificateChain(bundle.get().of(trustDomain))
        .der()
        .forEach(root -> answer.addRoot(UnsafeByteOperations.unsafeWrap(root)));
    return answer.build();
  }

  private Future<EnrolAnswer> enrol(ControlCaller caller, EnrolCall call) {
    InetAddress from = address(caller);
    Future<Enrolled> enrolling =
        switch (call.getProofCase()) {
          case TOKEN -> enrolment.enrol(from, request(call, new Proof.Token(call.getToken())));
          case CERTIFICATE ->
              enrolment.enrol(from, request(call, certificate(call.getCertificate())));
          case PROOF_NOT_SET ->
              enrolment.unreadable(from, "the request has no proof that is known here");
        };
    return enrolling.map(EnrolmentService::answer).recover(EnrolmentService::status);
  }

  private static EnrolRequest request(EnrolCall call, Proof proof) {
    return new EnrolRequest(call.getName(), proof, ByteString.of(call.getCsr().toByteArray()));
  }

  private static Proof.Certificate certificate(CertificateProof proof) {
    return new Proof.Certificate(
        proof.getChainList().stream().map(der -> ByteString.of(der.toByteArray())).toList(),
        ByteString.of(proof.getSignature().toByteArray()),
        Instant.ofEpochMilli(proof.getSignedAtMillis()));
  }

  private static EnrolAnswer answer(Enrolled enrolled) {
    EnrolAnswer.Builder answer = EnrolAnswer.newBuilder().setId(enrolled.id().toString());
    new CertificateChain(enrolled.chain())
        .der()
        .forEach(der -> answer.addChain(UnsafeByteOperations.unsafeWrap(der)));
    new CertificateChain(enrolled.bundle().of(enrolled.id().trustDomain()))
        .der()
        .forEach(der -> answer.addRoot(UnsafeByteOperations.unsafeWrap(der)));
    return answer.build();
  }

  private static Future<EnrolAnswer> status(Throwable failure) {
    return Future.failedFuture(
        failure instanceof EnrolRefused refused
            ? new StatusException(
                status(refused.reason()), refused.reason() + ": " + refused.getMessage())
            : failure);
  }

  private static GrpcStatus status(Reason reason) {
    return switch (reason) {
      case TOO_MANY -> GrpcStatus.RESOURCE_EXHAUSTED;
      case UNAVAILABLE -> GrpcStatus.UNAVAILABLE;
      case UNKNOWN_KIND -> GrpcStatus.UNIMPLEMENTED;
      case BAD_CSR -> GrpcStatus.INVALID_ARGUMENT;
      case TOKEN_UNKNOWN, TOKEN_EXPIRED, TOKEN_USED, OTHER_NAME, CERTIFICATE ->
          GrpcStatus.PERMISSION_DENIED;
    };
  }

  /** A literal: nothing is looked up. */
  private static InetAddress address(ControlCaller caller) {
    try {
      return InetAddress.getByName(caller.address());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("no address: " + caller.address(), e);
    }
  }
}
