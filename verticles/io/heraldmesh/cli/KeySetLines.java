package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.SharedKeySets.SharedKeySet;
import java.io.PrintWriter;

/** How fresh the key sets of token issuers are, for people and as JSON. */
record KeySetLines(SharedKeySets shared) {

  void text(PrintWriter out) {
    for (SharedKeySet set : shared.sets()) {
      out.println("keys          " + set.source() + ": " + fetched(set) + failing(set));
    }
  }

  private String fetched(SharedKeySet set) {
    if (set.fetched() == null) {
      return "NEVER FETCHED by " + shared.by() + ", its tokens are answered with 503";
    }
    return "fetched "
        + AdminJson.time(set.fetched())
        + (set.kept() ? " by a control node before " : " by ")
        + shared.by();
  }

  private static String failing(SharedKeySet set) {
    return set.lastError() == null
        ? ""
        : "; failing since "
            + AdminJson.time(set.failing())
            + " ("
            + set.failures()
            + " in a row): "
            + set.lastError();
  }

  void json(ObjectNode json) {
    ArrayNode sets = json.putArray("keySets");
    for (SharedKeySet set : shared.sets()) {
      sets.addObject()
          .put("source", set.source())
          .put("keys", set.keys())
          .put("fetched", AdminJson.time(set.fetched()))
          .put("by", shared.by())
          .put("kept", set.kept())
          .put("failures", set.failures())
          .put("failing", AdminJson.time(set.failing()))
          .put("lastError", set.lastError());
    }
  }
}
