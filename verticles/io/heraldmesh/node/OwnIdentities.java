package io.heraldmesh.node;

import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.Issued;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.store.IssuanceLog;
import io.heraldmesh.store.IssuanceRecord;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;

/**
 * Identities of Herald's own parts in the process that holds the authority: signed directly,
 * because whoever holds it could sign them anyway, and logged like any other.
 */
record OwnIdentities(
    Authority authority,
    Duration leafLifetime,
    IssuanceLog log,
    Crypto crypto,
    InstantSource clock) {

  /** A new identity, signed and logged. Blocks for the log. */
  RenewableIdentity identity(HeraldRole role, String name) {
    SpiffeId id = SpiffeId.herald(authority.trustDomain(), role, name);
    KeyPair keys = p256();
    Instant now = clock.instant();
    Issued issued = authority.sign(keys.getPublic(), id, leafLifetime, now);
    log.append(List.of(record(issued, id, name, now))).join();
    return new RenewableIdentity(
        new HeraldSvid(id, keys.getPrivate(), issued.chain()), authority.bundle());
  }

  private static IssuanceRecord record(Issued issued, SpiffeId id, String name, Instant now) {
    try {
      return new IssuanceRecord(
          issued.serialHex(),
          id.toString(),
          name,
          issued.notBefore(),
          issued.notAfter(),
          now,
          HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(issued.leaf().getEncoded())),
          id.toString());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }

  private KeyPair p256() {
    try {
      KeyPairGenerator generator = crypto.keyPairGenerator("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no implementation of P-256", e);
    }
  }
}
