package io.heraldmesh.policy;

/**
 * Where a caller's certificate for servers outside of the mesh is, on its node.
 *
 * @param certificate PEM file of the chain, leaf first
 * @param key PEM file of its private key
 */
public record ClientFiles(String certificate, String key) {}
