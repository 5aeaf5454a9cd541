/** Access log and metrics of the data path. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.proxy.log;
