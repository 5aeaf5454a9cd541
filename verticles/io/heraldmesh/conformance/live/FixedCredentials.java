package io.heraldmesh.conformance.live;

import io.heraldmesh.credentials.Credential;
import io.heraldmesh.credentials.CredentialSet;
import io.heraldmesh.credentials.CredentialSource;
import io.heraldmesh.identity.TrustBundle;
import java.util.Map;
import java.util.function.Consumer;

/** One leaf that stays as it is. */
record FixedCredentials(Credential leaf, TrustBundle bundle) implements CredentialSource {
  @Override
  public CredentialSet current() {
    return new CredentialSet(1, Map.of(leaf.id(), leaf), bundle);
  }

  @Override
  public Registration onChange(Consumer<CredentialSet> listener) {
    return () -> {};
  }
}
