package io.heraldmesh.lab;

import io.heraldmesh.RunFolder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Faults in a mesh of seven nodes that carries 200 requests a second, one row each: what was to be
 * expected, what was seen. Ends with 1 when a row falls short.
 *
 * <p>Arguments: file of the table, then names of faults; none: all.
 */
final class FaultRun {
  private FaultRun() {}

  private static Map<String, LabRun.Row> rows(LabRun run) {
    ProcessRows processes = new ProcessRows(run);
    NetworkRows network = new NetworkRows(run);
    ConfigRows config = new ConfigRows(run);
    DiskRows disks = new DiskRows(run);
    ClockRows clocks = new ClockRows(run);
    KeySetRows keys = new KeySetRows(run);
    Map<String, LabRun.Row> all = new LinkedHashMap<>();
    all.put("none", run::nothing);
    all.put("leader", processes::leader);
    all.put("follower", processes::follower);
    all.put("leader-frozen", processes::frozenLeader);
    all.put("proxy", processes::proxy);
    all.put("control-away", processes::allControlNodes);
    all.put("no-state", processes::withoutState);
    all.put("database", processes::database);
    all.put("herd", processes::herd);
    all.put("partition", network::partition);
    all.put("bad-config", config::bad);
    all.put("partial-config", config::partial);
    all.put("config-flood", config::flood);
    all.put("disk-full", disks::full);
    all.put("disk-slow", disks::slow);
    all.put("corrupt", disks::corrupt);
    all.put("clock", clocks::serviceNode);
    all.put("clock-leader", clocks::leader);
    all.put("ca-away", clocks::authorityAway);
    all.put("jwks", keys::away);
    all.put("rolling-once", processes::rollingOnce);
    all.put("rolling", processes::rolling);
    if (UpgradeRows.haveOld()) {
      all.put("upgrade", new UpgradeRows(run)::play);
    }
    return all;
  }

  public static void main(String... arguments) throws Exception {
    FaultTable table = new FaultTable(Path.of(arguments[0]));
    List<String> wanted = List.of(arguments).subList(1, arguments.length);
    try (RunFolder folder = RunFolder.make("herald-faults")) {
      try (LabMesh mesh = new LabMesh(folder.path())) {
        UpgradeRows.startsOld(mesh);
        mesh.start();
        try (LabLoad load = mesh.load()) {
          LabRun run = new LabRun(mesh, load, table);
          run.settle();
          Map<String, LabRun.Row> rows = rows(run);
          if (!rows.keySet().containsAll(wanted)) {
            throw new IllegalArgumentException("there are " + rows.keySet() + ", not " + wanted);
          }
          for (Map.Entry<String, LabRun.Row> row : rows.entrySet()) {
            if (wanted.isEmpty() || wanted.contains(row.getKey())) {
              run.play(row.getKey(), row.getValue());
            }
          }
        }
      }
      folder.held(table.held());
    }
    System.exit(table.held() ? 0 : 1);
  }
}
