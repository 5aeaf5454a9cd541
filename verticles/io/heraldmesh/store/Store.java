package io.heraldmesh.store;

/**
 * All state that must not be lost. What a method of a repository returned from, or a future
 * completed for, is on disk: it survives a kill and a power cut. Methods block for the database
 * unless they return a future; they are not for event loops. All are thread-safe and throw {@link
 * StoreException}, after which nothing has changed unless its reason says otherwise.
 */
public interface Store extends AutoCloseable {

  IssuanceLog issuanceLog();

  Revisions revisions();

  ResourceRepository resources();

  NodeRegistrations registrations();

  JoinTokens tokens();

  AuthorityMetadata authority();

  AuditLog audit();

  Leases leases();

  Announcements announcements();

  KeptKeySets keySets();

  TakenRequests requests();

  /** Where it is, for messages; without a secret. */
  String name();

  /** True: other control nodes write to it too. */
  boolean shared();

  /** Writes what is queued, then closes; later calls fail. */
  @Override
  void close();
}
