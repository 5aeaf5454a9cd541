package io.heraldmesh.cli;

import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.LimitsBuilder;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.time.Duration;

/** {@code spec.limits} of a node file: bounds on what one peer may ask of the proxy. */
final class LimitsSection {
  private static final int MOST_CONNECTIONS = 1_000_000;
  private static final int LEAST_MEMORY_MIB = 64;
  private static final int MOST_MEMORY_MIB = 1 << 20;
  private static final int LEAST_TOKEN_CACHE = 1 << 16;
  private static final int MOST_TOKEN_CACHE = 1 << 30;

  private LimitsSection() {}

  static Limits read(Value value) {
    Limits read =
        value.decodeOrNull(fields -> Limits.DEFAULTS.with(limits -> changed(limits, fields)));
    return read == null ? Limits.DEFAULTS : read;
  }

  private static LimitsBuilder changed(LimitsBuilder limits, Fields fields) {
    Limits defaults = Limits.DEFAULTS;
    return limits
        .tokenCacheBytes(tokenCache(fields.optional("tokenCache")))
        .connections(
            fields
                .optional("connections")
                .integer(1, MOST_CONNECTIONS, defaults.connections())
                .value())
        .connectionsPerAddress(
            fields
                .optional("connectionsPerAddress")
                .integer(1, MOST_CONNECTIONS, defaults.connectionsPerAddress())
                .value())
        .newcomers(
            fields.optional("newcomers").integer(1, MOST_CONNECTIONS, defaults.newcomers()).value())
        .memoryBytes(memory(fields.optional("memoryMiB")))
        .shedPercent(fields.optional("shedPercent").integer(50, 98, defaults.shedPercent()).value())
        .detection(
            fields
                .optional("protocolDetection")
                .duration(Duration.ofMillis(100), defaults.handshake(), defaults.detection()));
  }

  /** 0 when it is not said. */
  private static long memory(Value value) {
    return value.isPresent()
        ? value.integer(LEAST_MEMORY_MIB, MOST_MEMORY_MIB, LEAST_MEMORY_MIB).value() * 1024L * 1024
        : 0;
  }

  private static int tokenCache(Value value) {
    int most = (int) Math.min(MOST_TOKEN_CACHE, Runtime.getRuntime().maxMemory() / 2);
    int bytes = value.integer(0, most, Limits.DEFAULTS.tokenCacheBytes()).value();
    if (bytes > 0 && bytes < LEAST_TOKEN_CACHE) {
      value.problem(
          ProblemCode.OUT_OF_RANGE,
          bytes + " bytes hold no token to speak of",
          "write 0 to switch the cache off, or at least " + LEAST_TOKEN_CACHE);
    }
    return bytes;
  }
}
