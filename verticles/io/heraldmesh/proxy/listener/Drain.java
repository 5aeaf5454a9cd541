package io.heraldmesh.proxy.listener;

/** An event in a client's pipeline: end after what is being done now. */
enum Drain {
  NOW
}
