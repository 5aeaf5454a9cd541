package io.heraldmesh.enrol;

import io.heraldmesh.store.Announcements;
import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.AuditLog;
import io.heraldmesh.store.AuthorityMetadata;
import io.heraldmesh.store.IssuanceLog;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.JoinTokens;
import io.heraldmesh.store.KeptKeySets;
import io.heraldmesh.store.Leases;
import io.heraldmesh.store.NodeRegistrations;
import io.heraldmesh.store.ResourceRepository;
import io.heraldmesh.store.Revisions;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.TakenRequests;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A store whose logs a test can hold up or let fail, as a slow or full disk does. */
final class HeldStore implements Store {
  private final Store store;
  private volatile CompletableFuture<Void> audit = CompletableFuture.completedFuture(null);
  private volatile CompletableFuture<Void> issuance = CompletableFuture.completedFuture(null);

  HeldStore(Store store) {
    this.store = store;
  }

  void auditCompletesWith(CompletableFuture<Void> disk) {
    audit = disk;
  }

  void issuanceCompletesWith(CompletableFuture<Void> disk) {
    issuance = disk;
  }

  @Override
  public IssuanceLog issuanceLog() {
    return new IssuanceLog() {
      @Override
      public CompletableFuture<Void> append(List<IssuanceRecord> records) {
        return issuance.thenCompose(ready -> store.issuanceLog().append(records));
      }

      @Override
      public Optional<IssuanceRecord> find(String serialHex) {
        return store.issuanceLog().find(serialHex);
      }

      @Override
      public List<IssuanceRecord> after(long number, int most) {
        return store.issuanceLog().after(number, most);
      }

      @Override
      public long size() {
        return store.issuanceLog().size();
      }
    };
  }

  @Override
  public AuditLog audit() {
    return new AuditLog() {
      @Override
      public CompletableFuture<Void> append(AuditEvent event) {
        return audit.thenCompose(ready -> store.audit().append(event));
      }

      @Override
      public List<Entry> list(long before, int most) {
        return store.audit().list(before, most);
      }
    };
  }

  @Override
  public TakenRequests requests() {
    return store.requests();
  }

  @Override
  public Announcements announcements() {
    return store.announcements();
  }

  @Override
  public Revisions revisions() {
    return store.revisions();
  }

  @Override
  public ResourceRepository resources() {
    return store.resources();
  }

  @Override
  public NodeRegistrations registrations() {
    return store.registrations();
  }

  @Override
  public JoinTokens tokens() {
    return store.tokens();
  }

  @Override
  public AuthorityMetadata authority() {
    return store.authority();
  }

  @Override
  public Leases leases() {
    return store.leases();
  }

  @Override
  public KeptKeySets keySets() {
    return store.keySets();
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public boolean shared() {
    return store.shared();
  }

  @Override
  public void close() {
    store.close();
  }
}
