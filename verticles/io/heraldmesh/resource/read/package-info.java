/** Reads files and folders into resources; one decoder for each kind. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.resource.read;
