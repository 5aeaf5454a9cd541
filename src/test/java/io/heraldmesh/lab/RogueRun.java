package io.heraldmesh.lab;

import io.heraldmesh.RunFolder;
import io.heraldmesh.identity.TrustDomain;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Strangers, and thieves of certificates, against a mesh that works, one row each. An attack may
 * have no effect: no request of the load fails, nobody joins, no certificate is issued, nothing is
 * answered that should not be, the memory of what is attacked stays bounded, and a change still
 * gets into force. Rows that begin with "control" do what the observers must see. Ends with 1 when
 * a row falls short.
 *
 * <p>Arguments: file of the table, then names of groups of rows; none: all.
 */
final class RogueRun {
  static final TrustDomain DOMAIN = new TrustDomain(LabMesh.DOMAIN);
  static final int CLUSTER = 5701;
  static final int BUS = 5702;
  static final int CONTROL = 15012;

  private RogueRun() {}

  public static void main(String... arguments) throws Exception {
    FaultTable table = new FaultTable(Path.of(arguments[0]));
    List<String> wanted = List.of(arguments).subList(1, arguments.length);
    try (RunFolder folder = RunFolder.make("herald-rogue")) {
      try (LabMesh mesh = new LabMesh(folder.path())) {
        mesh.start();
        try (LabLoad load = mesh.load()) {
          LabRun run = new LabRun(mesh, load, table);
          run.settle();
          for (Map.Entry<String, LabRun.Row> row :
              rows(new Attacks(mesh, load, table)).entrySet()) {
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

  private static Map<String, LabRun.Row> rows(Attacks attacks) {
    StrangerRows strangers = new StrangerRows(attacks);
    StolenRows stolen = new StolenRows(attacks);
    EnvelopeRows envelopes = new EnvelopeRows(attacks);
    Map<String, LabRun.Row> all = new LinkedHashMap<>();
    all.put("control", attacks::observed);
    all.put("member", strangers::member);
    all.put("garbage", strangers::garbage);
    all.put("silence", strangers::silence);
    all.put("certificates", stolen::certificates);
    all.put("lengths", stolen::lengths);
    all.put("link", envelopes::link);
    all.put("bus", new BusRows(attacks)::all);
    all.put("after", attacks::after);
    return all;
  }
}
