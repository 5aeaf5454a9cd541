package io.heraldmesh.lab;

import io.heraldmesh.RunFolder;
import java.nio.file.Path;
import java.util.List;

/**
 * Faults in a mesh of seven nodes that carries 200 requests a second, one row each: what was to be
 * expected, what was seen. Ends with 1 when a row falls short.
 *
 * <p>Arguments: file of the table, then names of faults; none: all. A name that is unknown ends it
 * with 2.
 */
final class FaultRun {
  private FaultRun() {}

  public static void main(String... arguments) throws Exception {
    List<String> wanted = List.of(arguments).subList(1, arguments.length);
    NamedRows<LabRun> rows = rows();
    String refused = rows.refused(wanted);
    if (!refused.isEmpty()) {
      System.err.println("faults.sh: " + refused);
      System.exit(2);
    }
    FaultTable table = new FaultTable(Path.of(arguments[0]));
    try (RunFolder folder = RunFolder.make("herald-faults")) {
      try (LabMesh mesh = new LabMesh(folder.path())) {
        UpgradeRows.startsOld(mesh);
        mesh.start();
        try (LabLoad load = mesh.load()) {
          LabRun run = new LabRun(mesh, load, table);
          run.settle();
          rows.play(wanted, Integer.getInteger("herald.lab.times", 1), run, run);
        }
      }
      folder.held(table.held());
    }
    System.exit(table.held() ? 0 : 1);
  }

  private static NamedRows<LabRun> rows() {
    NamedRows<LabRun> all = new NamedRows<>();
    all.put("none", run -> run::nothing);
    all.put("leader", run -> new ProcessRows(run)::leader);
    all.put("follower", run -> new ProcessRows(run)::follower);
    all.put("leader-frozen", run -> new ProcessRows(run)::frozenLeader);
    all.put("proxy", run -> new ProcessRows(run)::proxy);
    all.put("control-away", run -> new ProcessRows(run)::allControlNodes);
    all.put("no-state", run -> new ProcessRows(run)::withoutState);
    all.put("database", run -> new ProcessRows(run)::database);
    all.put("herd", run -> new ProcessRows(run)::herd);
    all.put("partition", run -> new NetworkRows(run)::partition);
    all.put("bad-config", run -> new ConfigRows(run)::bad);
    all.put("partial-config", run -> new ConfigRows(run)::partial);
    all.put("config-flood", run -> new ConfigRows(run)::flood);
    all.put("disk-full", run -> new DiskRows(run)::full);
    all.put("disk-slow", run -> new DiskRows(run)::slow);
    all.put("corrupt", run -> new DiskRows(run)::corrupt);
    all.put("clock", run -> new ClockRows(run)::serviceNode);
    all.put("clock-leader", run -> new ClockRows(run)::leader);
    all.put("ca-away", run -> new ClockRows(run)::authorityAway);
    all.put("jwks", run -> new KeySetRows(run)::away);
    all.put("rolling-once", run -> new ProcessRows(run)::rollingOnce);
    all.put("rolling", run -> new ProcessRows(run)::rolling);
    if (UpgradeRows.haveOld()) {
      all.put("upgrade", run -> new UpgradeRows(run)::play);
    }
    return all;
  }
}
