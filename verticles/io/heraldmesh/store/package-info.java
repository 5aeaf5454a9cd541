/** State that must not be lost: the repository interface and its databases. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.store;
