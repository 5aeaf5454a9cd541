package io.heraldmesh.store;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What may run on which node, and where nodes may be reached. */
public interface NodeRegistrations {

  /** All, by node, namespace and service account. */
  List<Registration> all();

  /** Those of one node. */
  List<Registration> of(String node);

  /** Where nodes may be reached besides where they are attached from, by node and address. */
  List<RegisteredAddress> addresses();

  /** The same of one node. */
  List<RegisteredAddress> addresses(String node);

  /** Lets its node be reached there too. */
  void add(RegisteredAddress address);

  /**
   * Lets exactly these run on {@code node}, in place of those before. One that is there already
   * keeps who registered it and when.
   *
   * @throws IllegalArgumentException when one is for another node
   */
  void replace(String node, List<Registration> registrations);

  /** Lets this one run on its node too. */
  void add(Registration registration);

  /**
   * Lets these run on {@code node} too, since a certificate of another authority proved it. A node
   * that was revoked comes back by none: only when it is registered anew, as by a token, does one
   * that is not older than the revocation prove it again. Decided and done in one transaction that
   * waits for {@link #revoke}.
   *
   * @param validSince from when on the certificate is valid
   */
  Readmission readmit(String node, Instant validSince, List<Registration> registrations);

  /** What a certificate of another authority does for a node. */
  enum Readmission {
    DONE,
    /** All of them may run there already; nothing was changed. */
    AS_BEFORE,
    /** The node was revoked, and nobody registered it since. */
    REVOKED,
    /** The certificate is from before the node was revoked. */
    CERTIFICATE_TOO_OLD,
    /** The name is a control node's, see {@link #isControlNode}. */
    CONTROL_NODE
  }

  /** Takes back all of {@code node}, its addresses too; true: something could run there. */
  boolean remove(String node);

  /**
   * Takes back one registration and the node's tokens that nobody used and that would give it
   * again, with whatever else they would give, and a row of the audit log, all in one transaction.
   * When there was neither, nothing is logged.
   *
   * @param workload {@code namespace/serviceAccount}
   */
  TakenBack remove(String node, String workload, AuditEvent audit);

  /**
   * Takes back all that a node has or may get, in one transaction: its registrations and addresses,
   * its tokens that nobody used, what it announced, and, by {@link #voidBefore}, its identities and
   * the token that gave them. A name of which nothing is known is void too: what was issued under
   * it may be unknown because the state is from a backup of before. A name that an authority of the
   * mesh signs under keeps its identities, since it signs them itself; nothing is changed or logged
   * when it has nothing else.
   *
   * @param now when; what was issued and has ended by then needs no revocation
   * @param voidBefore in whole seconds; later than {@code now} by what clocks may differ
   */
  TakenBack revoke(String node, Instant now, Instant voidBefore, AuditEvent audit);

  /**
   * Whether an authority of the mesh signs under this name. Nobody joins as such a node: it signs
   * its own identities, so that {@link #revoke} leaves them alone.
   */
  boolean isControlNode(String node);

  /** What was made for this node's name before then is void; empty: it was never revoked. */
  Optional<Instant> voidBefore(String node);

  /** Of all nodes those that are later than {@code after}. */
  Map<String, Instant> voidBefores(Instant after);
}
