package io.heraldmesh.admin;

import io.heraldmesh.bus.OnceOnly;
import io.heraldmesh.distributor.Distribution;
import io.heraldmesh.distributor.source.AcceptedResources;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the admin API of a control node stands on.
 *
 * @param once where requests with an effect are noted, shared by all nodes with the role admin
 * @param accepted the resources of {@code store}
 * @param distribution compiles what is to be accepted, to see whether it can be
 * @param folder the resources of the watched folder that are in force
 * @param changed told each revision that was accepted here, once it is on disk; must not block
 * @param pin SHA-256 of the root that whoever joins must find, as text
 * @param controlNodes the names of all that this node's file knows, its own too
 */
public record AdminParts(
    Store store,
    OnceOnly once,
    AcceptedResources accepted,
    Distribution distribution,
    MeshView mesh,
    Supplier<Resources> folder,
    TrustDomain trustDomain,
    Consumer<Revision> changed,
    InstantSource clock,
    SecureRandom random,
    Supplier<String> pin,
    Set<String> controlNodes) {

  public AdminParts {
    controlNodes = Set.copyOf(controlNodes);
  }
}
