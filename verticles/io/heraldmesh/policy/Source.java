package io.heraldmesh.policy;

/**
 * {@code from[].source}: every field that is given must match.
 *
 * @param principals on {@code <td>/ns/<namespace>/sa/<account>}; aliases are expanded
 * @param requestPrincipals on {@code iss/sub}; HTTP only
 * @param namespaces on the namespace of the peer's identity; {@link TextMatch.Glob} allowed
 * @param serviceAccounts on {@code namespace/account}, completed with the policy's namespace
 * @param trustDomains on the trust domain of the peer's identity; aliases are expanded
 * @param ipBlocks on the direct peer's address
 * @param remoteIpBlocks on the client's address after trusted hops
 */
public record Source(
    TextField principals,
    TextField requestPrincipals,
    TextField namespaces,
    TextField serviceAccounts,
    TextField trustDomains,
    AddressField ipBlocks,
    AddressField remoteIpBlocks) {}
