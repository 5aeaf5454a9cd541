/**
 * The contracts between verticles: one interface, its records and its address per service; signed
 * envelopes; codecs.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.bus;
