package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.PeerRefusal;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.UsageException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The question of {@code herald verify cert}: whom does a chain make of its peer? */
final class ChainBatch implements BatchFile.Question {
  /** The fields of a line, besides {@code id}. */
  static final Set<String> FIELDS = Set.of("chain", "role", "expected", "bundle", "bundles", "now");

  private final TrustDomain domain;
  private final @Nullable TrustBundle roots;
  private final PeerVerifier verifier;
  private final InstantSource clock;

  /**
   * @param domain whose roots a line's {@code bundle} holds
   * @param roots for lines without roots of their own; null: each line must have some
   */
  ChainBatch(TrustDomain domain, @Nullable TrustBundle roots, Crypto crypto, InstantSource clock) {
    this.domain = domain;
    this.roots = roots;
    this.verifier = new PeerVerifier(crypto);
    this.clock = clock;
  }

  @Override
  public boolean answer(JsonNode line, ObjectNode answer) {
    String chain = BatchFile.text(line, "chain");
    PeerRole role = role(line);
    SpiffeId expected = line.has("expected") ? expected(line) : null;
    TrustBundle bundle = bundle(line);
    Instant at = BatchFile.time(line, "now", clock);
    return switch (verdict(chain, bundle, role, at)) {
      case PeerVerdict.Accepted accepted
          when expected != null && !accepted.id().equals(expected) -> {
        // The chain is good, but it is somebody else's: secure naming refuses the peer.
        fill(answer, false, accepted.id(), "identity is not the expected one");
        yield false;
      }
      case PeerVerdict.Accepted accepted -> {
        fill(answer, true, accepted.id(), null);
        yield true;
      }
      case PeerVerdict.Refused refused -> {
        fill(answer, false, null, refused.reason() + ": " + refused.detail());
        yield false;
      }
    };
  }

  /** What is wrong with the chain is the peer's doing and a refusal, its form too. */
  private PeerVerdict verdict(String pem, TrustBundle bundle, PeerRole role, Instant at) {
    CertificateChain chain;
    try {
      chain = CertificateChain.parsePem(pem);
    } catch (InvalidCertificate e) {
      return new PeerVerdict.Refused(PeerRefusal.MALFORMED, String.valueOf(e.getMessage()));
    }
    return verifier.verify(chain.certificates(), bundle, role, at);
  }

  private static void fill(
      ObjectNode answer, boolean accepted, @Nullable SpiffeId identity, @Nullable String error) {
    answer.put("accepted", accepted);
    answer.put("identity", identity == null ? null : identity.toString());
    answer.put("error", error);
  }

  private static PeerRole role(JsonNode line) {
    return switch (BatchFile.text(line, "role")) {
      case "client" -> PeerRole.CLIENT;
      case "server" -> PeerRole.SERVER;
      default -> throw new UsageException("role is not one of client, server");
    };
  }

  private static SpiffeId expected(JsonNode line) {
    try {
      return SpiffeId.parse(BatchFile.text(line, "expected"));
    } catch (InvalidIdentity e) {
      throw new UsageException("expected is not a SPIFFE ID: " + e.getMessage());
    }
  }

  private TrustBundle bundle(JsonNode line) {
    if (line.has("bundle") && line.has("bundles")) {
      throw new UsageException("bundle and bundles are both given");
    }
    if (line.has("bundles")) {
      return bundle(pems(line.get("bundles")));
    }
    if (line.has("bundle")) {
      return bundle(Map.of(domain, BatchFile.text(line, "bundle")));
    }
    if (roots == null) {
      throw new UsageException("bundle is missing, and --bundle is not given");
    }
    return roots;
  }

  private static TrustBundle bundle(Map<TrustDomain, String> pems) {
    try {
      return TrustBundle.fromPem(pems);
    } catch (InvalidCertificate e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static Map<TrustDomain, String> pems(JsonNode bundles) {
    if (!bundles.isObject() || bundles.isEmpty()) {
      throw new UsageException("bundles is not an object of trust domains and their PEM");
    }
    Map<TrustDomain, String> pems = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : bundles.properties()) {
      TrustDomain domain;
      try {
        domain = TrustDomain.parse(entry.getKey());
      } catch (InvalidIdentity e) {
        throw new UsageException("bundles: " + e.getMessage());
      }
      if (pems.put(domain, BatchFile.text(bundles, entry.getKey())) != null) {
        throw new UsageException("bundles names " + domain + " twice");
      }
    }
    return pems;
  }
}
