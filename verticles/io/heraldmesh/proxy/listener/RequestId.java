package io.heraldmesh.proxy.listener;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Values of {@code x-request-id}: they tell requests apart, and are no secret. */
final class RequestId {
  private RequestId() {}

  /** A version 4 UUID. */
  static String next() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long high = random.nextLong() & 0xffffffffffff0fffL | 0x4000L;
    long low = random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
    return new UUID(high, low).toString();
  }
}
