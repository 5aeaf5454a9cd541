package io.heraldmesh.store.sql;

import io.heraldmesh.store.Announcements;
import io.heraldmesh.store.AuditLog;
import io.heraldmesh.store.AuthorityMetadata;
import io.heraldmesh.store.IssuanceLog;
import io.heraldmesh.store.JoinTokens;
import io.heraldmesh.store.KeptKeySets;
import io.heraldmesh.store.Leases;
import io.heraldmesh.store.NodeRegistrations;
import io.heraldmesh.store.ResourceRepository;
import io.heraldmesh.store.Revisions;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.TakenRequests;

/** All repositories over one database. */
final class DatabaseStore implements Store {
  private final Database database;
  private final IssuanceTable issuance;
  private final RevisionTable revisions;
  private final ResourceTable resources;
  private final RegistrationTable registrations;
  private final TokenTable tokens;
  private final AuthorityTable authority;
  private final AuditTable audit;
  private final LeaseTable leases;
  private final AnnouncementTable announcements;
  private final KeySetTable keySets;
  private final RequestTable requests;

  DatabaseStore(Database database) {
    this.database = database;
    this.issuance = new IssuanceTable(database);
    this.revisions = new RevisionTable(database);
    this.resources = new ResourceTable(database);
    this.registrations = new RegistrationTable(database);
    this.tokens = new TokenTable(database);
    this.authority = new AuthorityTable(database);
    this.audit = new AuditTable(database);
    this.leases = new LeaseTable(database);
    this.announcements = new AnnouncementTable(database);
    this.keySets = new KeySetTable(database);
    this.requests = new RequestTable(database);
  }

  @Override
  public IssuanceLog issuanceLog() {
    return issuance;
  }

  @Override
  public Revisions revisions() {
    return revisions;
  }

  @Override
  public ResourceRepository resources() {
    return resources;
  }

  @Override
  public NodeRegistrations registrations() {
    return registrations;
  }

  @Override
  public JoinTokens tokens() {
    return tokens;
  }

  @Override
  public AuthorityMetadata authority() {
    return authority;
  }

  @Override
  public AuditLog audit() {
    return audit;
  }

  @Override
  public Leases leases() {
    return leases;
  }

  @Override
  public Announcements announcements() {
    return announcements;
  }

  @Override
  public KeptKeySets keySets() {
    return keySets;
  }

  @Override
  public TakenRequests requests() {
    return requests;
  }

  @Override
  public String name() {
    return database.name();
  }

  @Override
  public boolean shared() {
    return database.shared();
  }

  Database database() {
    return database;
  }

  @Override
  public void close() {
    database.close();
  }
}
