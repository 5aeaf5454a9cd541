package io.heraldmesh.ca;

import java.time.Duration;

/**
 * How long the steps of a rotation wait for each other.
 *
 * @param spread how long a root is handed out before anything is issued under it
 * @param reissue how long a root is still handed out after the last leaf was issued under it
 */
public record RotationPace(Duration spread, Duration reissue) {
  /** Everybody is in this process and told at once. */
  public static final RotationPace ALONE =
      new RotationPace(Duration.ofSeconds(2), Duration.ofSeconds(5));

  /** Nodes elsewhere ask for the roots every 30 s, and fetch new leaves within 30 s of that. */
  public static final RotationPace NODES_ELSEWHERE =
      new RotationPace(Duration.ofSeconds(75), Duration.ofMinutes(3));
}
