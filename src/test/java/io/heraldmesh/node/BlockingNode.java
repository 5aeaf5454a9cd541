package io.heraldmesh.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A node one of whose event loops stands still for 300 ms when {@code block} comes on standard
 * input: the control of every measurement of their lag.
 */
public final class BlockingNode {
  private BlockingNode() {}

  public static void main(String... arguments) throws Exception {
    NodeConfig config = NodeFileReader.read(java.nio.file.Path.of(arguments[2])).config();
    if (config == null) {
      System.exit(1);
      return;
    }
    Node node = Node.start(config, System.out::println);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    while (in.readLine() != null) {
      node.vertx()
          .runOnContext(
              run -> {
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
                while (System.nanoTime() < end) {
                  LockSupport.parkNanos(end - System.nanoTime());
                }
              });
    }
  }
}
