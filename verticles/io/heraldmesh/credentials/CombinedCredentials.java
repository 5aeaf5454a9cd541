package io.heraldmesh.credentials;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Several sources as one, for a node some of whose workloads bring their own files. The roots are
 * those of all: what one source trusts, the whole node trusts. Thread-safe.
 */
public final class CombinedCredentials implements CredentialSource {
  private final List<CredentialSource> sources;
  private final Listeners listeners = new Listeners();
  private volatile CredentialSet current;

  /**
   * @param sources each with workloads of its own; of two leaves with one name the later counts
   */
  public CombinedCredentials(List<CredentialSource> sources) {
    this.sources = List.copyOf(sources);
    this.current = merge(0);
    this.sources.forEach(source -> source.onChange(set -> changed()));
    changed();
  }

  @Override
  public CredentialSet current() {
    return current;
  }

  @Override
  public Registration onChange(Consumer<CredentialSet> listener) {
    return listeners.add(listener);
  }

  private synchronized void changed() {
    current = merge(current.generation() + 1);
    listeners.tell(current);
  }

  private CredentialSet merge(long generation) {
    Map<SpiffeId, Credential> leaves = new HashMap<>();
    Map<TrustDomain, List<X509Certificate>> roots = new HashMap<>();
    for (CredentialSource source : sources) {
      CredentialSet set = source.current();
      leaves.putAll(set.leaves());
      set.bundle()
          .roots()
          .forEach(
              (domain, certificates) ->
                  roots.computeIfAbsent(domain, d -> new ArrayList<>()).addAll(certificates));
    }
    return new CredentialSet(generation, leaves, new TrustBundle(roots));
  }
}
