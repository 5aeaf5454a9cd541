/** State that must not be lost: what is kept, as interfaces and records. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.store;
