package io.heraldmesh.bus;

/** Told of each message that no handling of an address got to see. */
@FunctionalInterface
interface BusRefusals {
  BusRefusals UNNOTICED = (why, type) -> {};

  /**
   * @param type what the message says it is; empty where it says nothing that can be read
   */
  void refused(BusException why, String type);
}
