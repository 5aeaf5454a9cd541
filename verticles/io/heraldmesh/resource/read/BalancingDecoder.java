package io.heraldmesh.resource.read;

import io.heraldmesh.resource.Balancing;
import io.heraldmesh.resource.Balancing.Method;
import io.heraldmesh.resource.ConnectionPool;
import io.heraldmesh.resource.OutlierDetection;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.time.Duration;

/**
 * What a traffic policy says of endpoints: {@code loadBalancer}, {@code outlierDetection}, {@code
 * connectionPool}. Source: Istio destination_rule.proto.
 */
final class BalancingDecoder {
  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Duration EJECTION = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofDays(3650);
  private static final int MOST_EJECTED = 10;

  private BalancingDecoder() {}

  /**
   * @param f a traffic policy, or a port's
   */
  static Balancing decode(Fields f) {
    Value balancer = f.optional("loadBalancer");
    Value pool = f.optional("connectionPool");
    return new Balancing(
        written(balancer) ? balancer.decode(BalancingDecoder::method) : Method.UNSPECIFIED,
        f.optional("outlierDetection").<OutlierDetection>decodeOrNull(BalancingDecoder::outliers),
        written(pool) ? pool.decode(ConnectionPoolDecoder::decode) : ConnectionPool.NONE);
  }

  private static boolean written(Value value) {
    return value.isPresent() && !value.isNull();
  }

  private static Method method(Fields f) {
    Value simple = f.optional("simple");
    f.notEnforced("consistentHash", "localityLbSetting", "warmup", "warmupDurationSecs");
    return switch (simple.peekText()) {
      case "PASSTHROUGH" -> {
        simple.problem(
            ProblemCode.NOT_ENFORCED,
            "a service is always called at one of its endpoints, never at the address that the"
                + " caller used",
            "write LEAST_REQUEST, ROUND_ROBIN or RANDOM, or remove it");
        yield Method.UNSPECIFIED;
      }
      // its old name
      case "LEAST_CONN" -> Method.LEAST_REQUEST;
      default -> simple.oneOf(Method.class, Method.UNSPECIFIED).value();
    };
  }

  private static OutlierDetection outliers(Fields f) {
    f.notEnforced(
        "consecutiveErrors", "splitExternalLocalOriginErrors", "consecutiveLocalOriginFailures");
    // 0 is as if it was not written: the field's type knows no difference
    int percent = f.optional("maxEjectionPercent").integer(0, 100, 0).value();
    return new OutlierDetection(
        f.optional("consecutive5xxErrors").integer(0, Integer.MAX_VALUE, 5).value(),
        f.optional("consecutiveGatewayErrors").integer(0, Integer.MAX_VALUE, 0).value(),
        f.optional("interval").duration(MILLISECOND, LONGEST, INTERVAL),
        f.optional("baseEjectionTime").duration(MILLISECOND, LONGEST, EJECTION),
        percent == 0 ? MOST_EJECTED : percent,
        f.optional("minHealthPercent").integer(0, 100, 0).value());
  }
}
