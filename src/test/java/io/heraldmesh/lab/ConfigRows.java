package io.heraldmesh.lab;

import static io.heraldmesh.lab.LabRun.SECOND;
import static io.heraldmesh.lab.LabRun.pass;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Configuration that is wrong, cut, halved, or far too much. */
final class ConfigRows {
  private static final int FLIPS = 10;
  private static final int FLOOD_SECONDS = 60;
  private static final int FLOOD_PER_SECOND = 1_000;

  private final LabRun run;
  private final LabMesh mesh;
  private final LabLoad load;

  ConfigRows(LabRun run) {
    this.run = run;
    this.mesh = run.mesh;
    this.load = run.load;
  }

  void bad() throws Exception {
    long from = System.nanoTime();
    List<String> told =
        refused(
            """
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: open, namespace: lab}
            spec:
              rules:
              - to: [{operation: {path: ["/"]}}]
            """);
    long millis = run.change("c1");
    pass(2);
    run.judge(
        "bad configuration is applied",
        "refused whole, naming file, line and field; 0 failed; the next good one in force (target: within 1 s)",
        from,
        !told.contains("6 spec.rules[0].to[0].operation.path"),
        "told: line %s; next change %d ms".formatted(String.join(", ", told), millis));
  }

  /** Line and field of each problem that is told of the file, which is not taken. */
  private List<String> refused(String yaml) throws Exception {
    Path file = Files.createTempFile("refused", ".yaml");
    Files.writeString(file, yaml);
    LabNode c1 = mesh.node("c1");
    JsonNode answer =
        new ObjectMapper()
            .readTree(
                c1.herald(
                    List.of(1),
                    List.of(
                        "apply",
                        "-o",
                        "json",
                        "-f",
                        file.toString(),
                        "--config",
                        c1.file().toString())));
    List<String> told = new ArrayList<>();
    for (JsonNode problem : answer.path("problems")) {
      if (problem.path("file").asText().equals(file.toString())) {
        told.add(problem.path("line").asText() + " " + problem.path("field").asText());
      }
    }
    return told;
  }

  /**
   * Two policies that are changed together: with one of them as it was, and the other as it will
   * be, a call would be let in that neither set allows.
   */
  void partial() throws Exception {
    Path both = mesh.folder("both");
    LabNode c1 = mesh.node("c1");
    long from = System.nanoTime();
    for (int i = 0; i < FLIPS; i++) {
      boolean even = i % 2 == 0;
      Files.writeString(
          both.resolve("1.yaml"), LabPolicy.text(even ? LabLoad.DENIED : LabLoad.ALLOWED));
      Files.writeString(both.resolve("2.yaml"), shut(even ? LabLoad.DENIED : "/nothing"));
      c1.herald(
          "apply",
          "-f",
          both.toString(),
          "--config",
          c1.file().toString(),
          "--wait",
          "--timeout",
          "60s");
    }
    String text = LabPolicy.text("/cut") + shut(LabLoad.DENIED);
    List<String> told = refused(text.substring(0, text.lastIndexOf("\"]")));
    run.change("c1");
    c1.herald("delete", "authorizationpolicy", "lab/shut", "--config", c1.file().toString());
    pass(2);
    run.judge(
        "partial configuration: two files that belong together are changed %d times; one that ends early"
            .formatted(FLIPS),
        "0 requests under a mixed set; the cut one is refused whole; 0 failed",
        from,
        told.isEmpty(),
        "cut file refused, told: line " + String.join(", ", told));
  }

  private static String shut(String path) {
    return """
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: shut, namespace: lab}
        spec:
          action: DENY
          rules:
          - to: [{operation: {paths: ["%s"]}}]
        """
        .formatted(path);
  }

  /** Faster than the database can sync. */
  void flood() throws Exception {
    run.settle();
    long before = System.nanoTime();
    pass(FLOOD_SECONDS);
    double usual = LabLoad.percentile(load.since(before), 0.99);
    long from = System.nanoTime();
    int accepted = 0;
    String forced;
    boolean soon = false;
    try (LabChange change = LabChange.by(mesh.node("c1"));
        Yielding control = mesh.controlYields()) {
      String revision = "";
      for (int i = 0; System.nanoTime() - from < FLOOD_SECONDS * SECOND; i++) {
        // one is due every millisecond; the next goes off when the last was answered
        if (i / (double) FLOOD_PER_SECOND > (System.nanoTime() - from) / 1e9) {
          pass(0);
        }
        revision = change.apply("flood.yaml", change(i));
        accepted++;
      }
      forced = "NOT within 10 s";
      try {
        long millis = change.inForce(revision, 10);
        soon = millis <= 2_000;
        forced = millis + " ms";
      } catch (IOException e) {
        // said in the row
      }
    }
    List<Sample> samples = load.since(from);
    double ratio = LabLoad.percentile(samples, 0.99) / usual;
    run.row(
        "configuration flood: changes one after the other for %d s, aimed at %d a second; control nodes and database yield the processors"
            .formatted(FLOOD_SECONDS, FLOOD_PER_SECOND),
        "the last one in force everywhere within 2 s; 0 failed; p99 at most 1.5 times as before",
        samples,
        "%d accepted a second, in force %s after the last, p99 %.2f times"
            .formatted(accepted / FLOOD_SECONDS, forced, ratio),
        soon && ratio <= 1.5 && LabLoad.good(samples) && accepted > 0);
  }

  private static String change(int i) {
    return """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: flood, namespace: lab}
        spec:
          action: DENY
          rules:
          - to: [{operation: {paths: ["/many-%d"]}}]
        """
        .formatted(i);
  }
}
