package io.heraldmesh.enrol;

import io.heraldmesh.bus.ByteString;
import java.time.Instant;
import java.util.List;

/** By what a caller shows that it may join. */
public sealed interface Proof {

  /**
   * A one-use token that an operator made. The request's challengePassword must be {@link
   * TokenBinding#of} it, so that token and key belong together.
   */
  record Token(String text) implements Proof {
    /** Without the token. */
    @Override
    public String toString() {
      return "Token[…]";
    }
  }

  /**
   * A certificate that somebody else issued.
   *
   * @param chain in DER, leaf first
   * @param signature by the leaf's key over {@link CertificateSignature#text}
   * @param at when it was signed
   */
  record Certificate(List<ByteString> chain, ByteString signature, Instant at) implements Proof {
    public Certificate {
      chain = List.copyOf(chain);
    }
  }
}
