package io.heraldmesh.bus;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Told of requests that were refused on their way to the admin API, before it heard of them. */
@FunctionalInterface
public interface AdminRefusals {
  /** The actor of whoever proved nothing that counts. */
  String UNAUTHENTICATED = "unauthenticated";

  /**
   * Completes once it may be answered: it is in the audit log, or counted there; never fails.
   *
   * @param actor the SPIFFE ID as verified, or {@link #UNAUTHENTICATED}
   * @param asked what the request says it is, see {@link #asked}; may be anything
   * @param detail why it was refused
   */
  CompletableFuture<Void> refused(String actor, String asked, String detail);

  /** The operation that a request names, without a look at its signature; empty when none. */
  static Optional<String> asked(byte[] envelope) {
    try {
      return AdminOperations.named(Envelope.parse(envelope).type());
    } catch (MalformedMessage e) {
      return Optional.empty();
    }
  }
}
