package io.heraldmesh.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /**
   * Takes back one registration, or all of {@code node}, with a row of the audit log in the same
   * transaction; true: there was one. Otherwise nothing is logged.
   *
   * @param workload {@code namespace/serviceAccount}; null: all
   */
  boolean remove(String node, @Nullable String workload, AuditEvent audit);
}
