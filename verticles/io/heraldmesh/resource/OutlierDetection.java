package io.heraldmesh.resource;

import java.time.Duration;

/**
 * {@code outlierDetection}: when an endpoint that fails is left out. Source: Istio,
 * destination_rule.proto, with its defaults filled in.
 *
 * @param consecutive5xxErrors answers of 500 to 599, and failures to get any, in a row; 0: not
 *     counted
 * @param consecutiveGatewayErrors as before with 502, 503 and 504 only; 0: not counted
 * @param interval between looks at who may come back; 1 ms to 3650 days
 * @param baseEjectionTime for the first time; the nth in a row is n times as long; the same bounds
 * @param maxEjectionPercent of the endpoints that are out at once, 1 to 100
 * @param minHealthPercent with fewer endpoints that are not out, all are called; 0: nobody is then
 */
public record OutlierDetection(
    int consecutive5xxErrors,
    int consecutiveGatewayErrors,
    Duration interval,
    Duration baseEjectionTime,
    int maxEjectionPercent,
    int minHealthPercent) {}
