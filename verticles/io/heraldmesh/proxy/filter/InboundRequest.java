package io.heraldmesh.proxy.filter;

import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.RequestHead;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What filters look at.
 *
 * @param head null on TCP
 * @param enforcement of the workload, as of this request
 */
public record InboundRequest(
    Connection connection,
    @Nullable RequestHead head,
    Enforcement enforcement,
    KeySets keys,
    Instant now) {}
