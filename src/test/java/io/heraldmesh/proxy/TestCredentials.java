package io.heraldmesh.proxy;

import io.heraldmesh.credentials.Credential;
import io.heraldmesh.credentials.CredentialSet;
import io.heraldmesh.credentials.CredentialSource;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Credentials that a test changes by hand. */
public final class TestCredentials implements CredentialSource {
  private final List<Consumer<CredentialSet>> listeners = new CopyOnWriteArrayList<>();
  private volatile CredentialSet current =
      new CredentialSet(0, Map.of(), new TrustBundle(Map.of()));

  /** Puts {@code leaf} in the place of all before it. */
  public void set(Credential leaf, X509Certificate... roots) {
    set(leaf, Map.of(leaf.id().trustDomain(), List.of(roots)));
  }

  public void set(Credential leaf, Map<TrustDomain, List<X509Certificate>> roots) {
    set(List.of(leaf), roots);
  }

  /** Puts {@code leaves}, one for each identity, in the place of all before them. */
  public void set(List<Credential> leaves, Map<TrustDomain, List<X509Certificate>> roots) {
    CredentialSet next =
        new CredentialSet(
            current.generation() + 1,
            leaves.stream().collect(Collectors.toMap(Credential::id, leaf -> leaf)),
            new TrustBundle(roots));
    current = next;
    listeners.forEach(listener -> listener.accept(next));
  }

  @Override
  public CredentialSet current() {
    return current;
  }

  @Override
  public Registration onChange(Consumer<CredentialSet> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
