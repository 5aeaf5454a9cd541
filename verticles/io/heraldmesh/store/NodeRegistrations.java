package io.heraldmesh.store;

import java.util.List;

/** What may run on which node. */
public interface NodeRegistrations {

  /** All, by node, namespace and service account. */
  List<Registration> all();

  /** Those of one node. */
  List<Registration> of(String node);

  /**
   * Lets exactly these run on {@code node}, in place of those before. One that is there already
   * keeps who registered it and when.
   *
   * @throws IllegalArgumentException when one is for another node
   */
  void replace(String node, List<Registration> registrations);

  /** Lets this one run on its node too. */
  void add(Registration registration);

  /** Takes back all of {@code node}; true: there were some. */
  boolean remove(String node);
}
