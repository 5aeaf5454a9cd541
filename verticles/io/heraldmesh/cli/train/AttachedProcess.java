package io.heraldmesh.cli.train;

import ch.qos.logback.classic.Level;
import io.heraldmesh.cli.Logging;
import io.heraldmesh.cli.Main;
import io.heraldmesh.node.Node;
import java.nio.file.Path;

/**
 * What the JVM that records runs for nodes that attach to a control plane: one of them that has
 * just joined, and the same once more, with what it sealed then, until it is told to stop.
 */
public final class AttachedProcess {
  private AttachedProcess() {}

  /**
   * @param files the node's
   */
  public static void main(String... files) {
    Logging.start(Level.INFO);
    try {
      Node.start(Path.of(files[0])).stop();
    } catch (RuntimeException e) {
      System.err.println("the node that attaches did not start: " + e);
      Logging.stop();
      // threads that it left must not keep the process
      System.exit(3);
    }
    Main.main(new String[] {"run", "--config", files[0]});
  }
}
