package io.heraldmesh.bus;

/** The answer that says no more than that the request was taken. */
record Done() {}
