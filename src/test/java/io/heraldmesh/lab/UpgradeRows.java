package io.heraldmesh.lab;

import static io.heraldmesh.lab.LabRun.SECOND;
import static io.heraldmesh.lab.LabRun.pass;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The mesh goes from one version to the next and, where the next one left the database as it was,
 * back: control nodes first, then service nodes, one after the other.
 */
final class UpgradeRows {
  /** Names the jar that everything starts with; where it is absent there is nothing to play. */
  private static final String OLD = "herald.lab.old";

  private static final String JAR = "herald.lab.jar";
  private static final int REQUESTS = 50_000;
  private static final int MIXED_MINUTES = 10;

  /** Of four service nodes, those that are of the new version while versions are mixed. */
  private static final List<String> FIRST = LabMesh.SERVICES.subList(0, 2);

  private static final List<String> LAST = LabMesh.SERVICES.subList(2, 4);

  private final LabRun run;
  private final LabMesh mesh;

  UpgradeRows(LabRun run) {
    this.run = run;
    this.mesh = run.mesh;
  }

  /** Whether an older version is named. */
  static boolean haveOld() {
    return System.getProperty(OLD) != null;
  }

  /** Has every node run the old version from its first start on, if one is named. */
  static void startsOld(LabMesh mesh) {
    if (haveOld()) {
      Path old = Path.of(System.getProperty(OLD));
      mesh.nodes.values().forEach(node -> node.runs(old));
    }
  }

  void play() throws Exception {
    Path old = named(OLD, "faults.sh --old JAR upgrade");
    Path next = named(JAR, "mvn -DskipTests package");
    upgrade(next);
    back(old);
  }

  private void upgrade(Path next) throws Exception {
    long from = System.nanoTime();
    // the first of the new version changes the database under the others
    move("c1", next);
    String early = changes("c1", "c3");
    move("c2", next);
    move("c3", next);
    for (String name : FIRST) {
      move(name, next);
    }
    long mixed = System.nanoTime();
    String meanwhile = "";
    int minutes = 0;
    while (minutes < MIXED_MINUTES || run.load.due(from) < REQUESTS) {
      pass(60);
      meanwhile = changes("c1", "c2");
      minutes++;
    }
    for (String name : LAST) {
      move(name, next);
    }
    String late = changes("c3", "c1");
    run.judge(
        "rolling upgrade from the version before, control nodes first",
        "0 failed of at least %d, %d minutes of them with two service nodes of each version; 0 wrong; changes by old and new control nodes in force"
            .formatted(REQUESTS, MIXED_MINUTES),
        from,
        false,
        "%d s mixed; changes with one new control node %s, mixed service nodes %s, all new %s"
            .formatted((System.nanoTime() - mixed) / SECOND, early, meanwhile, late));
  }

  /** An older jar refuses a database that a newer one has brought forward, by its format. */
  private void back(Path old) throws Exception {
    long from = System.nanoTime();
    LabNode first = mesh.node("c1");
    first.stop();
    first.runs(old);
    first.start();
    first.mayEnd();
    try {
      first.awaitReady();
    } catch (AssertionError e) {
      boolean named = first.said().contains("format");
      first.runs(named(JAR, "mvn -DskipTests package"));
      first.start();
      first.awaitReady();
      run.judge(
          "back to the version before, whose database has an older format",
          "refused, naming the format; 0 failed",
          from,
          !named,
          "refused by its format: " + named);
      return;
    }
    String early = changes("c1", "c3");
    for (String name : List.of("c2", "c3", "s1", "s2", "s3", "s4")) {
      move(name, old);
    }
    String late = changes("c2", "c1");
    run.judge(
        "back to the version before, control nodes first",
        "0 failed; 0 wrong; changes by old and new control nodes in force",
        from,
        false,
        "changes with one old control node %s, all old %s".formatted(early, late));
  }

  private void move(String name, Path jar) throws IOException {
    LabNode node = mesh.node(name);
    node.runs(jar);
    node.restart(List.of());
    pass(2);
  }

  private String changes(String one, String other) throws IOException {
    return "%d and %d ms".formatted(run.change(one), run.change(other));
  }

  private static Path named(String property, String how) throws IOException {
    String jar = System.getProperty(property, "");
    if (jar.isEmpty()) {
      throw new IOException("there is no jar of that version: " + how);
    }
    return Path.of(jar);
  }
}
