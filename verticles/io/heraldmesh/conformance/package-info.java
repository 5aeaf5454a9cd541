/**
 * Herald held against a folder of published and home-made cases: one class per corpus, each with
 * the classes that the proxy, the authority and the commands use.
 */
@NullMarked
package io.heraldmesh.conformance;

import org.jspecify.annotations.NullMarked;
