package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.bus.AdminCertificates.InUse;
import io.heraldmesh.bus.AdminCertificates.State;
import io.heraldmesh.bus.AdminCertificates.Unreported;
import io.heraldmesh.bus.UsedCertificates.Trust;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate breaks next, for people and as JSON.
 *
 * @param certificates missing ones, then soonest end first
 * @param unreported nodes that say nothing, or no more
 * @param moreUnreported how many more there are
 * @param now as this command's clock has it
 */
record InUseView(
    List<InUse> certificates, List<Unreported> unreported, int moreUnreported, Instant now) {
  /** Digits of a root's fingerprint that tell it from others, after {@code sha256:}. */
  private static final int FEW = 12;

  boolean isEmpty() {
    return certificates.isEmpty() && unreported.isEmpty();
  }

  /** Prints it; returns the exit code. */
  int print(LintCommand.Output form, PrintWriter out) {
    switch (form) {
      case text -> text(out);
      case json -> out.println(json());
    }
    out.flush();
    boolean good = certificates.stream().allMatch(c -> c.state() == State.GOOD);
    return good && unreported.isEmpty() ? 0 : 1;
  }

  private void text(PrintWriter out) {
    TextTable table =
        new TextTable(
            "LEFT",
            "ENDS",
            "STATE",
            "NODE",
            "IDENTITY",
            "SERIAL",
            "RENEWS",
            "ISSUER",
            "ROOT",
            "LAST ERROR");
    for (InUse one : certificates) {
      table.row(
          left(one.notAfter()),
          shown(AdminJson.time(one.notAfter())),
          IssuedView.word(one.state()),
          one.node(),
          one.identity(),
          shown(one.serial()),
          shown(AdminJson.time(one.renews())),
          shown(one.issuer()),
          root(one),
          one.reported() == null ? "by the issuance log only" : shown(one.lastError()));
    }
    table.print(out);
    for (Unreported node : unreported) {
      out.println(
          "not reporting: "
              + node.node()
              + (node.last() == null
                  ? ", not since this control plane started"
                  : ", since " + AdminJson.time(node.last())));
    }
    if (moreUnreported > 0) {
      out.println("not reporting: and " + moreUnreported + " more");
    }
  }

  /** In the two largest units. */
  private String left(@Nullable Instant end) {
    if (end == null) {
      return "-";
    }
    Duration left = Duration.between(now, end);
    if (left.isNegative() || left.isZero()) {
      return "0s";
    }
    if (left.toDays() > 0) {
      return left.toDays() + "d" + left.toHoursPart() + "h";
    }
    if (left.toHours() > 0) {
      return left.toHours() + "h" + left.toMinutesPart() + "m";
    }
    return left.toMinutes() > 0
        ? left.toMinutes() + "m" + left.toSecondsPart() + "s"
        : left.toSeconds() + "s";
  }

  private static String root(InUse one) {
    Trust trust = one.trust();
    String root = one.root();
    if (trust == null) {
      return "-";
    }
    if (root == null) {
      return one.serial() == null ? "-" : "NOT TRUSTED";
    }
    String few = root.substring(root.indexOf(':') + 1);
    return few.substring(0, Math.min(FEW, few.length())) + (trust == Trust.OLDER ? " OLDER" : "");
  }

  private static String shown(@Nullable String text) {
    return text == null ? "-" : text;
  }

  private ObjectNode json() {
    ObjectNode json = AdminJson.object();
    ArrayNode list = json.putArray("certificates");
    certificates.forEach(one -> json(list.addObject(), one));
    ArrayNode silent = json.putArray("unreported");
    unreported.forEach(
        node ->
            silent
                .addObject()
                .put("node", node.node())
                .put("lastReported", AdminJson.time(node.last())));
    json.put("moreUnreported", moreUnreported);
    return json;
  }

  private void json(ObjectNode json, InUse one) {
    Instant end = one.notAfter();
    Trust trust = one.trust();
    json.put("node", one.node())
        .put("identity", one.identity())
        .put("serial", one.serial())
        .put("notBefore", AdminJson.time(one.notBefore()))
        .put("notAfter", AdminJson.time(end))
        .put(
            "secondsLeft", end == null ? null : Math.max(0, Duration.between(now, end).toSeconds()))
        .put("state", IssuedView.word(one.state()))
        .put("issuer", one.issuer())
        .put("root", one.root())
        .put("trust", trust == null ? null : trust.name().toLowerCase(Locale.ROOT))
        .put("renews", AdminJson.time(one.renews()))
        .put("lastError", one.lastError())
        .put("reported", AdminJson.time(one.reported()));
  }
}
