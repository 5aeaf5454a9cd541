package io.heraldmesh.enrol;

import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.credentials.SealedState;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.EcKeys;
import io.heraldmesh.identity.HeraldIdentity;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The part of joining that is on disk: the key is kept before it is shown to anybody, so that a
 * lost answer can be asked for again with the same one, and the identity of before stays whole
 * until there is another. Blocks.
 */
public final class Joining {
  /** Noted of a key that joins by a certificate; no token finds it. */
  private static final String BY_CERTIFICATE = "certificate";

  private final NodeIdentity identity;
  private final Path sealed;
  private final Crypto crypto;
  private final Consumer<String> warn;

  /**
   * @param stateDir of the node
   * @param warn is told why an identity that is there is not looked at, and what is taken away
   */
  public Joining(Path stateDir, Crypto crypto, Consumer<String> warn) {
    this.identity = NodeIdentity.in(stateDir);
    this.sealed = stateDir.resolve(SealedState.FOLDER);
    this.crypto = crypto;
    this.warn = warn;
  }

  /**
   * Joins, or fails as {@code ask} does. An identity that cannot be used is replaced. What the node
   * kept of another mesh goes before the identity does: a node of this mesh never finds it.
   *
   * @param name that the node gets
   * @param proof that {@code ask} shows: the same token, asked for twice, is for the same key
   * @param ask takes a key to a control node
   * @throws InvalidCertificate when the key of a join that did not end cannot be used
   * @throws IOException when the folder cannot be written
   */
  public Enrolled join(
      String name, Instant now, JoiningProof proof, Function<KeyPair, Enrolled> ask)
      throws IOException {
    KeyPair keys = keys(name, now, proof);
    Enrolled enrolled = ask.apply(keys);
    if (!isSameMesh(enrolled) && SealedState.forget(sealed)) {
      warn.accept(
          "policy and certificates of another mesh, or of one that cannot be read, were kept in "
              + sealed
              + " and are taken away");
    }
    identity.store(
        new HeraldSvid(enrolled.id(), keys.getPrivate(), enrolled.chain()), enrolled.bundle());
    identity.endJoin();
    return enrolled;
  }

  /** True: the identity of before can be read, and believes a root that is believed here, too. */
  private boolean isSameMesh(Enrolled enrolled) {
    TrustDomain domain = enrolled.id().trustDomain();
    try {
      return identity
          .load(crypto)
          .filter(
              held -> !Collections.disjoint(held.bundle().of(domain), enrolled.bundle().of(domain)))
          .isPresent();
    } catch (InvalidCertificate unreadable) {
      return false;
    }
  }

  /**
   * Of a join that was not ended, or, as the answer may be asked for twice, of the last one; both
   * by the same token only. Another one may have been made since that key was cut off.
   *
   * <p>Versions before noted no token. A join that one of them did not end goes on with its key,
   * whatever the token: it may be used up, and then it is good for this key alone. A join that one
   * of them ended is over: who joins again does so with another token, and gets another key.
   */
  private KeyPair keys(String name, Instant now, JoiningProof proof) throws IOException {
    Optional<KeyPair> begun = identity.joiningKey(crypto).map(key -> EcKeys.pair(key, crypto));
    if (begun.isPresent() && proof instanceof JoiningProof.Token && identity.joinedBy().isEmpty()) {
      note(proof, begun.get());
      return begun.get();
    }
    Optional<KeyPair> kept =
        begun
            .or(() -> held(name, now).map(key -> EcKeys.pair(key, crypto)))
            .filter(pair -> joinedBy(proof, pair.getPublic()));
    if (kept.isPresent()) {
      return kept.get();
    }
    KeyPair fresh = EcKeys.generate(crypto);
    identity.beginJoin(fresh.getPrivate());
    note(proof, fresh);
    return fresh;
  }

  private void note(JoiningProof proof, KeyPair keys) throws IOException {
    identity.noteJoinedBy(
        switch (proof) {
          case JoiningProof.Token(String token) -> TokenBinding.of(token, keys.getPublic());
          case JoiningProof.Certificate _ -> BY_CERTIFICATE;
        });
  }

  private boolean joinedBy(JoiningProof proof, PublicKey key) {
    return proof instanceof JoiningProof.Token(String token)
        && identity.joinedBy().filter(noted -> TokenBinding.holds(token, key, noted)).isPresent();
  }

  private Optional<PrivateKey> held(String name, Instant now) {
    return held()
        .filter(held -> held.valid(now) && named(held.svid().identity(), name))
        .map(held -> held.svid().key());
  }

  /** Whoever joins mends what is broken. */
  private Optional<NodeIdentity.Held> held() {
    try {
      return identity.load(crypto);
    } catch (InvalidCertificate e) {
      warn.accept(
          "the identity that is there cannot be used, another takes its place: " + e.getMessage());
      return Optional.empty();
    }
  }

  private static boolean named(HeraldIdentity held, String name) {
    return held.name().equals(name);
  }
}
