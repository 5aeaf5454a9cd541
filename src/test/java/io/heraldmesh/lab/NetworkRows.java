package io.heraldmesh.lab;

import static io.heraldmesh.lab.LabRun.SECOND;
import static io.heraldmesh.lab.LabRun.pass;

import java.util.List;

/** Cables are cut. */
final class NetworkRows {
  private static final int LOOKED_AT_SECONDS = 60;

  private final LabRun run;
  private final LabMesh mesh;
  private final LabLoad load;

  NetworkRows(LabRun run) {
    this.run = run;
    this.mesh = run.mesh;
    this.load = run.load;
  }

  void partition() throws Exception {
    long from = System.nanoTime();
    List<String> one = List.of("c1", "s1");
    List<String> other = List.of("db", "c2", "c3", "s2", "s3", "s4");
    mesh.hosts.split(one, other);
    pass(15);
    long split;
    long healed;
    long millis;
    try (LabChange change = LabChange.by(mesh.node("c2"))) {
      String revision = change.apply("partition.yaml", LabPolicy.text("/partition"));
      pass(2);
      split = System.nanoTime();
      mesh.hosts.join();
      healed = System.nanoTime();
      millis = change.inForce(revision, LOOKED_AT_SECONDS);
    }
    run.change("c2");
    pass(10);
    List<Sample> during = load.between(from, split);
    List<Sample> within =
        during.stream().filter(s -> one.contains(s.caller()) == one.contains(s.host())).toList();
    List<Sample> after = load.since(healed + 5 * SECOND);
    run.row(
        "partition {c1, s1} from the rest for 17 s, then heal",
        "0 wrong; 0 failed within a side; converged within 5 s of the heal; the change of meanwhile in force",
        during,
        "within a side failed %d, 5 s after the heal failed %d, in force everywhere %d ms after it"
            .formatted(LabLoad.failed(within), LabLoad.failed(after), millis),
        LabLoad.wrong(load.since(from)) == 0
            && LabLoad.good(within)
            && LabLoad.good(after)
            && millis <= 5_000);
  }
}
