/** How short of memory a node is, and what it gives up before it runs out. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.proxy.overload;
