/**
 * Mutual TLS between Hazelcast members, through Hazelcast's own extension point of the pinned
 * version. Nothing else imports {@code com.hazelcast.internal}.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.tls.hazelcast;
