package io.heraldmesh.bus;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides whether a signed message is believed. Thread-safe, does no I/O. */
public final class EnvelopeVerifier {
  /** How far two clocks may be apart without anybody noticing. */
  public static final Duration SKEW = Duration.ofSeconds(60);

  /** Senders whose chains need no second look: more than one control node has nodes. */
  private static final int MOST_CHAINS = 20_000;

  private final Crypto crypto;
  private final VerifiedChains chains;

  public EnvelopeVerifier(Crypto crypto) {
    this.crypto = crypto;
    this.chains = new VerifiedChains(new PeerVerifier(crypto), MOST_CHAINS);
  }

  /**
   * What a receiver expects.
   *
   * @param roles one of which the sender must have
   * @param trustDomain to which the sender must belong
   * @param recipients the receiver's own texts, see {@link Recipient#text()}
   * @param nonce null: any, as in a request; else the one that must come back
   * @param lifetime null: the message may be valid for ever; else it must expire within this time
   */
  public record Expected(
      String type,
      String address,
      Set<String> recipients,
      Set<HeraldRole> roles,
      TrustDomain trustDomain,
      @Nullable ByteString nonce,
      @Nullable Duration lifetime) {

    public Expected {
      recipients = Set.copyOf(recipients);
      roles = Set.copyOf(roles);
    }
  }

  /** Checks, cheapest first, all that is to be checked but a replay. */
  public EnvelopeVerdict verify(
      Envelope envelope, Expected expected, TrustBundle bundle, Instant now) {
    if (!envelope.type().equals(expected.type())) {
      return refused(EnvelopeRefusal.WRONG_TYPE, "is " + envelope.type());
    }
    if (!envelope.address().equals(expected.address())) {
      return refused(EnvelopeRefusal.WRONG_ADDRESS, "is for " + envelope.address());
    }
    if (!expected.recipients().contains(envelope.recipient())) {
      return refused(EnvelopeRefusal.WRONG_RECIPIENT, "is for " + envelope.recipient());
    }
    if (expected.nonce() != null && !expected.nonce().equals(envelope.nonce())) {
      return refused(EnvelopeRefusal.WRONG_NONCE, "answers another request");
    }
    Instant expires = envelope.expires();
    if (expected.lifetime() != null
        && (expires == null || expires.isAfter(envelope.issuedAt().plus(expected.lifetime())))) {
      return refused(EnvelopeRefusal.MALFORMED, "does not expire within " + expected.lifetime());
    }
    if (expires != null && !now.isBefore(expires.plus(SKEW))) {
      return refused(EnvelopeRefusal.EXPIRED, "expired at " + expires + ", now is " + now);
    }
    if (envelope.issuedAt().isAfter(now.plus(SKEW))) {
      return refused(
          EnvelopeRefusal.NOT_YET_VALID, "issued at " + envelope.issuedAt() + ", now is " + now);
    }
    return verifySender(envelope, expected, bundle, now);
  }

  private EnvelopeVerdict verifySender(
      Envelope envelope, Expected expected, TrustBundle bundle, Instant now) {
    return switch (chains.verify(envelope.chain(), bundle, now)) {
      case VerifiedChains.Bad(var reason, var detail) -> refused(reason, detail);
      case VerifiedChains.Good good -> {
        SpiffeId sender = good.sender();
        if (!sender.trustDomain().equals(expected.trustDomain())) {
          yield refused(EnvelopeRefusal.WRONG_ROLE, sender + " is of another trust domain");
        }
        if (sender.herald().filter(h -> expected.roles().contains(h.role())).isEmpty()) {
          yield refused(EnvelopeRefusal.WRONG_ROLE, sender + " is none of " + expected.roles());
        }
        yield signatureFits(envelope, good.key())
            ? new EnvelopeVerdict.Accepted(sender, good.notBefore(), envelope)
            : refused(EnvelopeRefusal.BAD_SIGNATURE, "not signed by the key of " + sender);
      }
    };
  }

  private boolean signatureFits(Envelope envelope, PublicKey leaf) {
    if (!(leaf instanceof ECPublicKey key) || key.getParams().getOrder().bitLength() != 256) {
      return false;
    }
    try {
      Signature signature = crypto.signature("SHA256withECDSA");
      signature.initVerify(key);
      signature.update(EnvelopeSigner.CONTEXT);
      signature.update(envelope.signed().toByteArray());
      return signature.verify(envelope.signature().toByteArray());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static EnvelopeVerdict refused(EnvelopeRefusal reason, String detail) {
    return new EnvelopeVerdict.Refused(reason, detail);
  }
}
