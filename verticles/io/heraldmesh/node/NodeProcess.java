package io.heraldmesh.node;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This process as one node: its start, what its signals do, its end. */
public final class NodeProcess {
  private static final Logger LOG = LoggerFactory.getLogger(NodeProcess.class);

  /** Whoever sent TERM waits 10 s before it sends KILL. */
  private static final Duration STOP_WITHIN = Duration.ofSeconds(9);

  private final Path config;
  private final @Nullable List<String> roles;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Runnable last;

  /**
   * @param roles instead of those in the file; null: those in the file
   * @param out takes the lines {@code listening <what> <address>} and {@code ready}
   * @param err takes what is wrong with the node file
   * @param last runs before the process ends because it was told to: it writes the log's last lines
   */
  public NodeProcess(
      Path config, @Nullable List<String> roles, PrintWriter out, PrintWriter err, Runnable last) {
    this.config = config;
    this.roles = roles;
    this.out = out;
    this.err = err;
    this.last = last;
  }

  /**
   * Starts the node and blocks while it runs; TERM and INT end the process with 0.
   *
   * @return 1 when the node file is wrong; what is wrong was said
   * @throws StartFailure when the node cannot start; the message says why
   */
  public int run() throws InterruptedException {
    NodeFileReader.Result read = NodeFileReader.read(config, roles);
    err.print(read.problems().text());
    err.flush();
    NodeConfig nodeConfig = read.config();
    if (nodeConfig == null) {
      return 1;
    }
    AtomicReference<@Nullable Node> running = new AtomicReference<>();
    Thread stopping = new Thread(() -> stop(running.get()), "herald-stop");
    // Before the start: whoever reads "ready" may send TERM or HUP at once.
    Runtime.getRuntime().addShutdownHook(stopping);
    HangUp.on(() -> reread(running.get(), nodeConfig));
    try {
      running.set(Node.start(nodeConfig, line -> say(out, line)));
    } finally {
      if (running.get() == null) {
        // else it would make of any failure the 0 of a node that was told to stop
        Runtime.getRuntime().removeShutdownHook(stopping);
      }
    }
    new CountDownLatch(1).await();
    return 0;
  }

  /** Nothing of the node file can change while the node runs; what an operator changed is named. */
  private void reread(@Nullable Node node, NodeConfig running) {
    if (node != null) {
      node.reopenLogs();
    }
    NodeFileReader.Result read = NodeFileReader.read(config, roles);
    NodeConfig now = read.config();
    if (now == null) {
      LOG.error("HUP: the node file is wrong, what runs goes on: {}", read.problems().text());
      return;
    }
    List<String> changed = NodeFileChange.between(running, now);
    if (changed.isEmpty()) {
      LOG.info("HUP: logs opened again; the node file says what runs");
    } else {
      LOG.warn("HUP: logs opened again; restart the node to change {}", changed);
    }
  }

  private static void say(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }

  /**
   * Drains and ends with 0: being told to stop is no failure. A node that is still starting serves
   * nobody and writes its files whole or not at all, so it is simply cut off.
   */
  private void stop(@Nullable Node node) {
    if (node != null) {
      Thread drain = Thread.ofPlatform().daemon().name("herald-drain").start(node::stop);
      try {
        if (drain.join(STOP_WITHIN)) {
          LOG.info("node stopped");
        } else {
          LOG.warn("not stopped within {} s, the rest is cut off", STOP_WITHIN.toSeconds());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    last.run();
    Runtime.getRuntime().halt(0);
  }
}
