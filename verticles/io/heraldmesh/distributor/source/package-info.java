/** Where resources come from: the watched folder. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.distributor.source;
