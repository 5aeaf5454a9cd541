package io.heraldmesh.credentials;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import java.util.Map;

/**
 * A node's leaves and the roots it trusts, as of one moment. Immutable; swapped whole.
 *
 * @param generation rises with every change of a leaf or the bundle
 */
public record CredentialSet(long generation, Map<SpiffeId, Credential> leaves, TrustBundle bundle) {

  public CredentialSet {
    leaves = Map.copyOf(leaves);
  }
}
