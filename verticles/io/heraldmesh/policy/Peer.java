package io.heraldmesh.policy;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.WorkloadIdentity;

/**
 * The caller's identity in the forms that policies name, worked out once.
 *
 * @param principal {@code <td>/ns/<namespace>/sa/<account>}
 * @param account {@code namespace/account}
 */
record Peer(String principal, String namespace, String account, String trustDomain) {

  static Peer of(SpiffeId id, WorkloadIdentity workload) {
    return new Peer(
        id.principal(),
        workload.namespace(),
        workload.namespace() + "/" + workload.serviceAccount(),
        id.trustDomain().name());
  }
}
