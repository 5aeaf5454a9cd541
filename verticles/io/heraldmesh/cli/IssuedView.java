package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.bus.AdminCertificates.Certificate;
import io.heraldmesh.bus.AdminCertificates.State;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** The newest certificates that were issued, for people and as JSON. */
record IssuedView(List<Certificate> certificates) {

  boolean isEmpty() {
    return certificates.isEmpty();
  }

  /** Prints it; returns the exit code. */
  int print(LintCommand.Output form, PrintWriter out) {
    switch (form) {
      case text -> {
        TextTable table = new TextTable("ENDS", "STATE", "NODE", "IDENTITY", "SERIAL");
        for (Certificate certificate : certificates) {
          table.row(
              String.valueOf(AdminJson.time(certificate.notAfter())),
              word(certificate.state()),
              certificate.node(),
              certificate.identity(),
              certificate.serial());
        }
        table.print(out);
      }
      case json -> {
        ObjectNode json = AdminJson.object();
        ArrayNode list = json.putArray("certificates");
        certificates.forEach(certificate -> json(list.addObject(), certificate));
        out.println(json);
      }
    }
    out.flush();
    return certificates.stream().allMatch(c -> c.state() == State.GOOD) ? 0 : 1;
  }

  static void json(ObjectNode json, Certificate certificate) {
    json.put("node", certificate.node())
        .put("identity", certificate.identity())
        .put("serial", certificate.serial())
        .put("issuedAt", AdminJson.time(certificate.issuedAt()))
        .put("notAfter", AdminJson.time(certificate.notAfter()))
        .put("state", word(certificate.state()));
  }

  static String word(State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
