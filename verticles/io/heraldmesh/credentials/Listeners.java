package io.heraldmesh.credentials;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is told of a new set. One that throws disturbs nobody else. */
final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final List<Consumer<CredentialSet>> all = new CopyOnWriteArrayList<>();

  CredentialSource.Registration add(Consumer<CredentialSet> listener) {
    all.add(listener);
    return () -> all.remove(listener);
  }

  void tell(CredentialSet set) {
    for (Consumer<CredentialSet> listener : all) {
      try {
        listener.accept(set);
      } catch (RuntimeException e) {
        LOG.error("a listener failed on credentials of generation {}", set.generation(), e);
      }
    }
  }
}
