package io.heraldmesh.lab;

import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.Envelope;
import io.heraldmesh.bus.EnvelopeSigner;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.MessageCodec;
import io.heraldmesh.bus.Recipient;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.TrustDomain;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;

/** Messages of the bus as somebody with a certificate can make them, honest ones among them. */
final class Forgery {
  static final String CA = "herald.ca";
  static final String CONFIG = "herald.config";
  static final String ISSUE = "ca.issue";

  private static final Duration LIFETIME = Duration.ofSeconds(60);

  private final TrustDomain domain;
  private final Crypto crypto = Crypto.preferred();
  private final SecureRandom random = new SecureRandom();

  Forgery(TrustDomain domain) {
    this.domain = domain;
  }

  /** Asks for a certificate of that workload; all else is as it should be. */
  byte[] issue(Credential by, String namespace, String account) throws GeneralSecurityException {
    return issue(by, new CaService.Subject.Workload(namespace, account), Instant.now());
  }

  /** As it should be, made at another time. */
  byte[] issue(Credential by, CaService.Subject subject, Instant at)
      throws GeneralSecurityException {
    return issue(by, subject, at, HeraldRole.CA);
  }

  /** At the authority's address, for whoever has that role. */
  byte[] issue(Credential by, CaService.Subject subject, Instant at, HeraldRole to)
      throws GeneralSecurityException {
    return seal(
        by,
        ISSUE,
        CA,
        to,
        at,
        MessageCodec.encode(new CaService.IssueRequest(csr(), subject, null)));
  }

  /** Any message. */
  byte[] seal(
      Credential by, String type, String address, HeraldRole to, Instant at, byte[] payload) {
    byte[] nonce = new byte[Envelope.NONCE_BYTES];
    random.nextBytes(nonce);
    return new EnvelopeSigner(crypto)
        .seal(
            new HeraldSvid(by.id(), by.key(), by.chain()),
            type,
            address,
            new Recipient.AnyOf(domain, to),
            ByteString.of(nonce),
            at,
            at.plus(LIFETIME),
            payload);
  }

  private ByteString csr() throws GeneralSecurityException {
    KeyPairGenerator generator = crypto.keyPairGenerator("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair keys = generator.generateKeyPair();
    return ByteString.of(Csr.create(keys, crypto));
  }
}
