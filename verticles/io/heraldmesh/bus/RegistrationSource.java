package io.heraldmesh.bus;

import java.util.function.Supplier;

/**
 * What may run where. Thread-safe.
 *
 * <p>A control node remembers what it read last, and hears a moment later of what was registered at
 * another one. A node that has just joined there must not be sent away for that.
 */
@FunctionalInterface
public interface RegistrationSource extends Supplier<Registrations> {

  /** As remembered; costs nothing. */
  @Override
  Registrations get();

  /**
   * The same, after a look at what is registered for one node: to be asked before that node is
   * refused. Blocks.
   */
  default Registrations lookUp(String node) {
    return get();
  }
}
