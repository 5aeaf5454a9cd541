package io.heraldmesh.link;

import io.heraldmesh.identity.SpiffeId;
import java.time.Instant;

/**
 * A node at the other end of a link.
 *
 * @param id its verified identity
 * @param address where it comes from
 * @param since when it attached, by this control node's clock
 * @param schemaLevel the highest level of snapshots that it understands
 * @param version of its software, as it says
 */
public record AttachedNode(
    SpiffeId id, String address, Instant since, int schemaLevel, String version) {}
