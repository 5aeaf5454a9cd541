package io.heraldmesh.policy;

import java.time.Duration;

/**
 * When a caller leaves out an endpoint that fails. Source: Istio, destination_rule.proto,
 * OutlierDetection.
 *
 * @param consecutive5xxErrors answers of 500 to 599, and failures to get any, in a row; 0: not
 *     counted
 * @param consecutiveGatewayErrors as before with 502, 503 and 504 only; 0: not counted
 * @param interval between looks at who may come back; at least 1 ms
 * @param baseEjectionTime for the first time; the nth in a row is n times as long; at least 1 ms
 * @param maxEjectionPercent of the endpoints that are out at once, 0 to 100
 * @param minHealthPercent with fewer endpoints that are not out, all are called; 0: nobody is then
 */
public record OutlierDetection(
    int consecutive5xxErrors,
    int consecutiveGatewayErrors,
    Duration interval,
    Duration baseEjectionTime,
    int maxEjectionPercent,
    int minHealthPercent) {}
