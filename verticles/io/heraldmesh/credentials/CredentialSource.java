package io.heraldmesh.credentials;

import java.util.function.Consumer;

/** Where the data path takes its credentials from. Thread-safe. */
public interface CredentialSource {

  /** The set in force; without leaves before the first was issued. */
  CredentialSet current();

  /**
   * Calls {@code listener} after every change, on any thread, with the new set; closing what is
   * returned ends that.
   */
  Registration onChange(Consumer<CredentialSet> listener);

  /** Ends a listener's calls. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
