package io.heraldmesh.link;

import io.vertx.core.streams.ReadStream;

/** Reads a stream while nothing speaks against it. For one event loop. */
final class Reading {
  private final ReadStream<?> stream;
  private int holds;

  Reading(ReadStream<?> stream) {
    this.stream = stream;
  }

  /** Nothing more is read until it is {@link #release}d as often. */
  void hold() {
    if (holds++ == 0) {
      stream.pause();
    }
  }

  void release() {
    if (--holds == 0) {
      stream.resume();
    }
  }
}
