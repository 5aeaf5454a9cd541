package io.heraldmesh.lab;

import static io.heraldmesh.lab.LabRun.SECOND;
import static io.heraldmesh.lab.LabRun.millisSince;

import io.heraldmesh.bus.AdminNodes.AwaitRequest;
import io.heraldmesh.bus.AdminResources.ApplyRequest;
import io.heraldmesh.bus.AdminResources.File;
import io.heraldmesh.bus.AdminResources.Outcome;
import io.heraldmesh.cli.LocalAdmin;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Changes by a connection that is open already: how long a command takes to start is not what rows
 * are about.
 */
final class LabChange implements AutoCloseable {
  private static final int ASKED_MILLIS = 1_000;

  private final LocalAdmin admin;

  private LabChange(LocalAdmin admin) {
    this.admin = admin;
  }

  /**
   * @param node a control node
   * @throws IOException when it does not take it
   */
  static LabChange by(LabNode node) throws IOException {
    try {
      return new LabChange(LocalAdmin.at(node.state()));
    } catch (RuntimeException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Returns its revision once it is accepted.
   *
   * @throws IOException when it is not
   */
  String apply(String file, String yaml) throws IOException {
    Outcome outcome;
    try {
      outcome = admin.apply(new ApplyRequest(List.of(new File(file, yaml)), List.of(), false));
    } catch (AssertionError | RuntimeException e) {
      throw new IOException(e.getMessage(), e);
    }
    if (outcome instanceof Outcome.Applied applied) {
      return applied.revision();
    }
    throw new IOException(outcome.toString());
  }

  /**
   * Milliseconds until it was in force on every node.
   *
   * @throws IOException when it is not in so many seconds
   */
  long inForce(String revision, int withinSeconds) throws IOException {
    long from = System.nanoTime();
    AwaitRequest request = new AwaitRequest(revision, ASKED_MILLIS);
    String last = "";
    while (System.nanoTime() - from < withinSeconds * SECOND) {
      try {
        if (admin.awaitInForce(request).reached()) {
          return millisSince(from);
        }
      } catch (AssertionError | RuntimeException e) {
        // as when nobody distributes for a moment
        last = ": " + e.getMessage();
        LockSupport.parkNanos(SECOND / 10);
      }
    }
    throw new IOException("not in force within " + withinSeconds + " s" + last);
  }

  @Override
  public void close() {
    admin.close();
  }
}
