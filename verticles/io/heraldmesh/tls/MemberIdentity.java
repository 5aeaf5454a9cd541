package io.heraldmesh.tls;

import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.TrustBundle;

/**
 * What a member of the cluster shows, and by which roots it checks the others.
 *
 * @param leaf of {@code spiffe://<td>/herald/<ca|config|admin>/<name>}
 */
public record MemberIdentity(Credential leaf, TrustBundle bundle) {}
