package io.heraldmesh.cli.demo;

import io.heraldmesh.proxy.HostPort;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a demo is asked to be.
 *
 * @param port first of the ports used; 0: the system chooses all of them
 * @param services the user's own services to protect, by name, with where they listen
 * @param policies folder to take the policies from; null: those of the jar
 * @param accessLog whether requests are logged on standard error
 */
record DemoOptions(
    int port, Map<String, HostPort> services, @Nullable Path policies, boolean accessLog) {

  DemoOptions {
    services = Map.copyOf(services);
  }

  /** The port {@code offset} after the first, or 0 when the system chooses. */
  HostPort at(int offset) {
    return new HostPort("127.0.0.1", port == 0 ? 0 : port + offset);
  }
}
