package io.heraldmesh.cli.demo;

import ch.qos.logback.classic.Level;
import io.heraldmesh.cli.Logging;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.proxy.HostPort;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald demo}: the shop and the walk through it. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Start a shop of three services behind Herald and walk through it with real requests.",
      "With --once it ends after the walk: 0 when every row was as expected, else 1."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DemoCommand implements Callable<Integer> {
  private static final int FIRST_PORT = 15100;
  private static final int PORTS = 100;
  private static final Pattern NAME = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");

  @Spec private CommandSpec spec;

  @Option(names = "--verbose", description = "Show what Herald logs.")
  private boolean verbose;

  @Option(names = "--once", description = "End after the walk.")
  private boolean once;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "First of the ports used; 0: the system chooses (the default with --once).")
  private @Nullable Integer port;

  @Option(
      names = "--service",
      paramLabel = "NAME=HOST:PORT",
      description = "Protect a service of yours as NAME.shop; repeatable.")
  private List<String> services = List.of();

  @Option(
      names = "--policies",
      paramLabel = "DIR",
      description = "Walk under the policies of this folder instead of the demo's own.")
  private @Nullable Path policies;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Logging.start(verbose ? Level.INFO : Level.WARN);
    PrintWriter out = spec.commandLine().getOut();
    DemoOptions options = options();
    try (Demo demo = new Demo(options)) {
      Table table = new Table(out);
      table.head();
      List<Row> rows = new Walk(demo, demo.ownServices(), table::print).take();
      boolean good = table.foot(rows);
      if (once) {
        return good ? 0 : 1;
      }
      table.stayingUp(demo);
      return stayUp(demo);
    }
  }

  /** Until TERM or INT, which close the demo and end with 0. */
  private static int stayUp(Demo demo) throws InterruptedException {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  demo.close();
                  Logging.stop();
                  Runtime.getRuntime().halt(0);
                },
                "demo-stop"));
    new CountDownLatch(1).await();
    return 0;
  }

  private DemoOptions options() {
    int first = port != null ? port : once ? 0 : FIRST_PORT;
    if (first < 0 || first > 65535 - PORTS) {
      throw new UsageException("--port must be 0 to " + (65535 - PORTS) + ", not " + first);
    }
    if (policies != null && !Files.isDirectory(policies)) {
      throw new UsageException("--policies " + policies + " is not a folder that can be read");
    }
    Map<String, HostPort> own = new TreeMap<>();
    for (String service : services) {
      String[] parts = service.split("=", 2);
      if (parts.length < 2 || !NAME.matcher(parts[0]).matches()) {
        throw new UsageException("--service must be NAME=HOST:PORT, not \"" + service + '"');
      }
      try {
        own.put(parts[0], HostPort.parse(parts[1]));
      } catch (IllegalArgumentException e) {
        throw new UsageException("--service " + service + ": " + e.getMessage());
      }
    }
    return new DemoOptions(first, own, policies, verbose);
  }
}
