package io.heraldmesh.lab;

import io.heraldmesh.RunFolder;
import io.heraldmesh.identity.TrustDomain;
import java.nio.file.Path;
import java.util.List;

/**
 * Strangers, and thieves of certificates, against a mesh that works, one row each. An attack may
 * have no effect: no request of the load fails, nobody joins, no certificate is issued, nothing is
 * answered that should not be, the memory of what is attacked stays bounded, and a change still
 * gets into force. Rows that begin with "control" do what the observers must see. Ends with 1 when
 * a row falls short.
 *
 * <p>Arguments: file of the table, then names of groups of rows; none: all. A name that is unknown
 * ends it with 2.
 */
final class RogueRun {
  static final TrustDomain DOMAIN = new TrustDomain(LabMesh.DOMAIN);
  static final int CLUSTER = 5701;
  static final int BUS = 5702;
  static final int CONTROL = 15012;

  private RogueRun() {}

  public static void main(String... arguments) throws Exception {
    List<String> wanted = List.of(arguments).subList(1, arguments.length);
    NamedRows<Attacks> rows = rows();
    String refused = rows.refused(wanted);
    if (!refused.isEmpty()) {
      System.err.println("rogue.sh: " + refused);
      System.exit(2);
    }
    FaultTable table = new FaultTable(Path.of(arguments[0]));
    try (RunFolder folder = RunFolder.make("herald-rogue")) {
      try (LabMesh mesh = new LabMesh(folder.path())) {
        mesh.start();
        try (LabLoad load = mesh.load()) {
          LabRun run = new LabRun(mesh, load, table);
          run.settle();
          rows.play(wanted, 1, run, new Attacks(mesh, load, table));
        }
      }
      folder.held(table.held());
    }
    System.exit(table.held() ? 0 : 1);
  }

  private static NamedRows<Attacks> rows() {
    NamedRows<Attacks> all = new NamedRows<>();
    all.put("control", attacks -> attacks::observed);
    all.put("member", attacks -> new StrangerRows(attacks)::member);
    all.put("garbage", attacks -> new StrangerRows(attacks)::garbage);
    all.put("silence", attacks -> new StrangerRows(attacks)::silence);
    all.put("certificates", attacks -> new StolenRows(attacks)::certificates);
    all.put("lengths", attacks -> new StolenRows(attacks)::lengths);
    all.put("link", attacks -> new EnvelopeRows(attacks)::link);
    all.put("bus", attacks -> new BusRows(attacks)::all);
    all.put("after", attacks -> attacks::after);
    return all;
  }
}
