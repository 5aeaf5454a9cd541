package io.heraldmesh.bus;

/**
 * A message that only tells how things stand, for people and metrics: fields that a newer version
 * added are ignored, and those that an older one does not know yet are null. In every other message
 * an unknown field is refused, because nothing is acted on that is understood in part.
 */
public interface Report {}
