package io.heraldmesh.node;

import io.heraldmesh.admin.Health;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.credentials.LeafStatus;
import io.heraldmesh.jwks.KeySourceHealth;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the dashboard shows, as JSON. Holds no secret. */
final class StatusView {
  private StatusView() {}

  static JsonObject of(
      String node, Health health, MeshStatus mesh, @Nullable ServiceNode services) {
    Health.Report report = health.report();
    JsonArray parts = new JsonArray();
    report
        .parts()
        .forEach(
            (name, condition) ->
                parts.add(
                    new JsonObject()
                        .put("name", name)
                        .put("state", word(condition.state()))
                        .put("detail", condition.detail())));
    JsonArray nodes = new JsonArray();
    mesh.nodes()
        .forEach(
            n ->
                nodes.add(
                    new JsonObject()
                        .put("name", n.name())
                        .put("revision", String.valueOf(n.acknowledged()))
                        .put("state", n.inForce() ? "in force" : "waits for " + n.wanted())));
    JsonArray certificates = new JsonArray();
    for (LeafStatus leaf : services == null ? List.<LeafStatus>of() : services.leaves()) {
      certificates.add(
          new JsonObject()
              .put("identity", leaf.id().toString())
              .put("notAfter", String.valueOf(leaf.notAfter()))
              .put("renews", String.valueOf(leaf.nextAttempt()))
              .put("lastError", leaf.lastError()));
    }
    JsonArray keySets = new JsonArray();
    for (KeySourceHealth keys :
        services == null ? List.<KeySourceHealth>of() : services.keySources()) {
      keySets.add(
          new JsonObject()
              .put("source", keys.source())
              .put("keys", keys.keys())
              .put("fetched", keys.lastSuccess() == null ? null : keys.lastSuccess().toString())
              .put("kept", keys.kept())
              .put("failures", keys.failures())
              .put("lastError", keys.lastError()));
    }
    return new JsonObject()
        .put("node", node)
        .put("state", word(report.state()))
        .put("parts", parts)
        .put("nodes", nodes)
        .put("problems", new JsonArray(mesh.problems()))
        .put("certificates", certificates)
        .put("keySets", keySets);
  }

  private static String word(Health.State state) {
    return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
