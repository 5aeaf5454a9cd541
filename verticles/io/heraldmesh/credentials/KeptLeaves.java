package io.heraldmesh.credentials;

import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.MalformedMessage;
import io.heraldmesh.bus.MessageCodec;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's leaves, with their keys, over a restart. */
public final class KeptLeaves {
  private static final Logger LOG = LoggerFactory.getLogger(KeptLeaves.class);
  private static final String NAME = "leaves";

  private final SealedState state;

  public KeptLeaves(SealedState state) {
    this.state = state;
  }

  /** What is written. */
  record Kept(List<Leaf> leaves, TrustBundle bundle) {

    Kept {
      leaves = List.copyOf(leaves);
    }
  }

  record Leaf(String id, ByteString key, List<X509Certificate> chain) {

    Leaf {
      chain = List.copyOf(chain);
    }
  }

  /** Empty when nothing was kept, or it is no longer what was written. */
  Map<SpiffeId, Credential> load() {
    byte[] bytes = state.read(NAME).orElse(null);
    if (bytes == null) {
      return Map.of();
    }
    try {
      Map<SpiffeId, Credential> leaves = new HashMap<>();
      for (Leaf leaf : MessageCodec.decode(bytes, Kept.class).leaves()) {
        SpiffeId id = SpiffeId.parse(leaf.id());
        leaves.put(
            id,
            new Credential(
                id,
                KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(leaf.key().toByteArray())),
                leaf.chain()));
      }
      return leaves;
    } catch (MalformedMessage | InvalidIdentity | GeneralSecurityException e) {
      LOG.warn("kept leaves are not used: {}", e.getMessage());
      return Map.of();
    }
  }

  /**
   * @throws IOException when they cannot be written
   */
  void keep(CredentialSet set) throws IOException {
    Kept kept =
        new Kept(
            set.leaves().values().stream()
                .map(
                    leaf ->
                        new Leaf(
                            leaf.id().toString(),
                            ByteString.of(leaf.key().getEncoded()),
                            leaf.chain()))
                .toList(),
            set.bundle());
    state.write(NAME, MessageCodec.encode(kept));
  }
}
