/** How a node joins the mesh: proofs, limits, the service and its client. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.enrol;
