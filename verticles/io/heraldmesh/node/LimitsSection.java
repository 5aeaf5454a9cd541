package io.heraldmesh.node;

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

  private static final Duration LEAST_TIME = Duration.ofMillis(100);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private LimitsSection() {}

  static Limits read(Value value) {
    Limits read =
        value.decodeOrNull(fields -> Limits.DEFAULTS.with(limits -> changed(limits, fields)));
    return read == null ? Limits.DEFAULTS : read;
  }

  private static LimitsBuilder changed(LimitsBuilder limits, Fields fields) {
    messages(limits, fields);
    times(limits, fields);
    Limits defaults = Limits.DEFAULTS;
    return limits
        .tokenCacheBytes(tokenCache(fields.optional("tokenCache")))
        .connections(count(fields, "connections", 1, MOST_CONNECTIONS, defaults.connections()))
        .connectionsPerAddress(
            count(
                fields,
                "connectionsPerAddress",
                1,
                MOST_CONNECTIONS,
                defaults.connectionsPerAddress()))
        .newcomers(count(fields, "newcomers", 1, MOST_CONNECTIONS, defaults.newcomers()))
        .memoryBytes(memory(fields.optional("memoryMiB")))
        .shedPercent(count(fields, "shedPercent", 50, 98, defaults.shedPercent()));
  }

  /** How much one message, or one HTTP/2 connection, may ask for. */
  private static void messages(LimitsBuilder limits, Fields fields) {
    Limits defaults = Limits.DEFAULTS;
    limits
        .requestLineBytes(
            count(fields, "requestLineBytes", 256, 1 << 16, defaults.requestLineBytes()))
        .headerBytes(count(fields, "headerBytes", 1 << 10, 1 << 20, defaults.headerBytes()))
        .headerCount(count(fields, "headerCount", 10, 10_000, defaults.headerCount()))
        .concurrentStreams(
            count(fields, "concurrentStreams", 1, 10_000, defaults.concurrentStreams()))
        .resetsPerWindow(count(fields, "resetsPer30s", 1, 100_000, defaults.resetsPerWindow()));
  }

  private static void times(LimitsBuilder limits, Fields fields) {
    Limits defaults = Limits.DEFAULTS;
    Duration handshake =
        time(fields, "handshakeTimeout", LEAST_TIME, Duration.ofMinutes(1), defaults.handshake());
    Duration detection =
        defaults.detection().compareTo(handshake) > 0 ? handshake : defaults.detection();
    limits
        .handshake(handshake)
        .detection(time(fields, "protocolDetection", LEAST_TIME, handshake, detection))
        .requestHead(
            time(fields, "headTimeout", LEAST_TIME, Duration.ofMinutes(1), defaults.requestHead()))
        .idle(time(fields, "idleTimeout", SECOND, Duration.ofHours(1), defaults.idle()))
        .streamIdle(
            time(fields, "streamIdleTimeout", SECOND, Duration.ofDays(1), defaults.streamIdle()))
        .connect(
            time(fields, "connectTimeout", LEAST_TIME, Duration.ofMinutes(1), defaults.connect()))
        .response(time(fields, "responseTimeout", SECOND, Duration.ofHours(1), defaults.response()))
        .upstreamIdle(
            time(
                fields,
                "upstreamIdleTimeout",
                SECOND,
                Duration.ofHours(1),
                defaults.upstreamIdle()));
  }

  private static int count(Fields fields, String name, int least, int most, int otherwise) {
    return fields.optional(name).integer(least, most, otherwise).value();
  }

  private static Duration time(
      Fields fields, String name, Duration least, Duration most, Duration otherwise) {
    return fields.optional(name).duration(least, most, otherwise);
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
