package io.heraldmesh.enrol;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** What whoever joins holds, that lets it in. */
public sealed interface JoiningProof {

  /** A token of {@code herald token create}. */
  record Token(String text) implements JoiningProof {
    /** Without the token. */
    @Override
    public String toString() {
      return "Token[…]";
    }
  }

  /**
   * A certificate of another authority, which the control nodes know as this node's.
   *
   * @param chain leaf first
   * @param key of the leaf; it never leaves
   */
  record Certificate(List<X509Certificate> chain, PrivateKey key) implements JoiningProof {
    public Certificate {
      chain = List.copyOf(chain);
    }

    /** Without the key. */
    @Override
    public String toString() {
      return "Certificate[" + chain.getFirst().getSubjectX500Principal() + "]";
    }
  }
}
