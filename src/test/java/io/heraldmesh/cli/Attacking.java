package io.heraldmesh.cli;

import io.heraldmesh.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An {@link Attacker} in a process that has the processors only when nobody else wants them: what
 * it takes of this machine's is not what attackers elsewhere would take.
 */
final class Attacking implements AutoCloseable {
  private final HeraldProcess process;

  private Attacking(HeraldProcess process) {
    this.process = process;
  }

  /**
   * @param folder for what it says; {@code caller} in it is where its certificates will be
   */
  static Attacking start(Path folder) throws IOException {
    return new Attacking(
        HeraldProcess.start(
            List.of("chrt", "-i", "0"),
            Attacker.class,
            List.of("-Xmx200m", "-XX:TieredStopAtLevel=1"),
            folder.resolve("attacker.log"),
            folder.resolve("caller").toString()));
  }

  /** Names and ports of the services that fail whoever calls them. */
  Map<String, Integer> services() {
    Map<String, Integer> ports = new LinkedHashMap<>();
    for (String name : List.of("slow", "reset", "half")) {
      String line = process.awaitLine("service " + name + " ");
      ports.put(name, Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)));
    }
    return ports;
  }

  /**
   * @param what {@code outbound} or {@code inbound:web}
   */
  void to(String what, int port) throws IOException {
    process.tell("to " + what + " " + port);
  }

  /** Returns once the attack is in full swing. */
  void start(String attack) throws IOException {
    int lines = process.lines().size();
    process.tell("start " + attack);
    Await.until(Duration.ofMinutes(2), "started", () -> process.lines().size() > lines);
  }

  /** Returns the number of connections that it made. */
  long stop() throws IOException {
    int lines = process.lines().size();
    process.tell("stop");
    Await.until(Duration.ofSeconds(60), "stopped", () -> process.lines().size() > lines);
    String line = process.lines().getLast();
    return Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
  }

  @Override
  public void close() throws IOException {
    process.close();
  }
}
