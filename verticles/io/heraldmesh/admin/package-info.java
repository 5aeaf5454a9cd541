/** Health, metrics and the admin API. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.admin;
