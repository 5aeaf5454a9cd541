/** The data path of a node and the verticle that owns its life. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.proxy;
