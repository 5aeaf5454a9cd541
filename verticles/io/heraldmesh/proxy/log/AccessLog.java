package io.heraldmesh.proxy.log;

/** Takes one entry for each request, tunnel or refused connection. Never blocks; thread-safe. */
public interface AccessLog {

  /** Writes nothing. */
  AccessLog NONE = entry -> {};

  void log(AccessEntry entry);
}
