package io.heraldmesh;

import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.EpochGrant;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.bus.VoidIdentities;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** A real authority in memory, and the identities a test needs from it. */
public final class TestAuthority {
  public static final TrustDomain TD = new TrustDomain("mesh.test");

  private final Crypto crypto = Crypto.preferred();
  private final SecureRandom random = new SecureRandom();
  private final InstantSource clock;
  private final Authority authority;

  public TestAuthority(InstantSource clock) {
    this.clock = clock;
    this.authority = Authority.create(TD, clock, crypto, random);
  }

  public Authority authority() {
    return authority;
  }

  public TrustBundle bundle() {
    return authority.bundle();
  }

  public Crypto crypto() {
    return crypto;
  }

  public SecureRandom random() {
    return random;
  }

  public static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@code spiffe://mesh.test/herald/<role>/<name>}, valid for {@code ttl} from now. */
  public HeraldSvid svid(HeraldRole role, String name, Duration ttl) {
    KeyPair keys = keys();
    SpiffeId id = SpiffeId.herald(TD, role, name);
    return new HeraldSvid(id, keys.getPrivate(), chain(id, keys, ttl));
  }

  public HeraldSvid svid(HeraldRole role, String name) {
    return svid(role, name, Duration.ofDays(30));
  }

  public List<X509Certificate> chain(SpiffeId id, KeyPair keys, Duration ttl) {
    return authority.sign(keys.getPublic(), id, ttl, clock.instant()).chain();
  }

  /** The bus as seen by one of Herald's parts. */
  public SignedBus bus(Vertx vertx, HeraldRole role, String name) {
    return bus(vertx, SvidSource.fixed(svid(role, name), bundle()));
  }

  public SignedBus bus(Vertx vertx, SvidSource source) {
    return bus(vertx, source, VoidIdentities.NONE);
  }

  /** The bus as seen by a control node that has heard of revocations. */
  public SignedBus bus(Vertx vertx, SvidSource source, VoidIdentities revoked) {
    return new SignedBus(vertx, source, crypto, clock, random, Duration.ofSeconds(5), revoked);
  }

  /** Gives distributors on this bus the authority's word for whatever epoch they ask for. */
  public void grantEpochs(Vertx vertx) {
    SignedBus bus = bus(vertx, HeraldRole.CA, "ca");
    Await.result(
        CaService.serve(
            bus,
            new MemoryOnceOnly(),
            new CaService.Server() {
              @Override
              public Future<CaService.Issued> issue(SpiffeId caller, CaService.IssueRequest asked) {
                return Future.failedFuture("not here");
              }

              @Override
              public Future<CaService.Roots> roots(SpiffeId caller) {
                return Future.succeededFuture(new CaService.Roots(bundle()));
              }

              @Override
              public Future<CaService.EpochSigned> epoch(
                  SpiffeId caller, CaService.EpochRequest asked) {
                return Future.succeededFuture(
                    new CaService.EpochSigned(new EpochGrant(asked.epoch()).signed(bus)));
              }
            }));
  }
}
