/** What happens to a request, one small filter per step; the only place that can make a Permit. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.proxy.filter;
