package io.heraldmesh.cli.train;

import io.heraldmesh.cli.HeraldCommand;
import io.heraldmesh.node.StartFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a node under training attaches to: a control node in a process of its own, whose JVM records
 * too.
 */
final class TrainingControl implements AutoCloseable {
  private final TrainingFolder files;
  private final StartedNode node;

  private TrainingControl(TrainingFolder files, StartedNode node) {
    this.files = files;
    this.node = node;
  }

  /**
   * Returns once it is ready.
   *
   * @param recording options with which a JVM records
   */
  static TrainingControl start(Java java, List<String> recording, TrainingFolder files)
      throws IOException, InterruptedException {
    List<String> file = List.of(files.controlFile().toString());
    return new TrainingControl(
        files,
        StartedNode.start("control", java.process(recording, ControlProcess.class, file), files));
  }

  StartedNode node() {
    return node;
  }

  /**
   * Lets the node in that attaches, by the commands that an operator gives.
   *
   * @return its node file
   */
  Path join() throws IOException {
    int port = node.port("control");
    String printed =
        herald(
            List.of(
                "token",
                "create",
                "--node",
                TrainingFolder.ATTACHED,
                "--workload",
                "a/caller,a/service",
                "--advertise",
                "127.0.0.1:" + port,
                "--config",
                files.controlFile().toString()));
    // herald join …
    List<String> words = new ArrayList<>(Arrays.asList(printed.strip().split(" +", -1)));
    words.removeFirst();
    words.addAll(List.of("--state-dir", files.path(TrainingFolder.ATTACHED).toString()));
    herald(words);
    return files.attached(port);
  }

  /** What it prints. */
  private static String herald(List<String> words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        HeraldCommand.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(words.toArray(String[]::new));
    if (code != 0) {
      throw StartFailure.cannotStart(
          "no AOT cache was made: herald %s %s ended with %d: %s"
              .formatted(words.get(0), words.get(1), code, err));
    }
    return out.toString();
  }

  @Override
  public void close() {
    node.close();
  }
}
