/**
 * The demo: a shop of three services, a walk through what Herald lets through and what it refuses.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.cli.demo;
