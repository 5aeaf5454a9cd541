package io.heraldmesh.cli;

import io.heraldmesh.admin.Health.Condition;
import io.heraldmesh.cli.NodeConfig.JwksConfig;
import io.heraldmesh.jwks.KeySetService;
import io.heraldmesh.jwks.KeySetSettings;
import io.heraldmesh.jwks.KeySourceHealth;
import io.heraldmesh.jwks.Reach;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Key sets as a service of the node: one for all workloads and event loops. */
final class NodeKeySets {
  /** Below {@code stateDir}. */
  private static final String FOLDER = "jwks";

  private NodeKeySets() {}

  static KeySetService of(Foundation foundation, NodeConfig config) {
    Path state = config.stateDir();
    KeySetSettings settings =
        KeySetSettings.DEFAULTS
            .withReach(reach(config.jwks()))
            .withFolder(state == null ? null : state.resolve(FOLDER));
    try {
      return new KeySetService(
          foundation.vertx(),
          settings,
          foundation.meters(),
          foundation.clock(),
          foundation.random());
    } catch (IllegalArgumentException e) {
      throw StartFailure.cannotStart(
          e.getMessage() + "; correct what it names: " + files(config.jwks()));
    }
  }

  /** Whether every source that policy names has been reached, and can be. */
  static Condition condition(List<KeySourceHealth> sources) {
    String failing =
        sources.stream()
            .filter(one -> one.lastError() != null)
            .map(NodeKeySets::words)
            .collect(Collectors.joining("; "));
    return failing.isEmpty() ? Condition.OK : Condition.degraded(failing);
  }

  private static String words(KeySourceHealth one) {
    return one.source()
        + (one.usable()
            ? " cannot be reached, keys of " + one.lastSuccess() + " stay in force: "
            : " was never reached, its tokens are answered with 503: ")
        + one.lastError();
  }

  private static Reach reach(JwksConfig jwks) {
    Path roots = jwks.roots();
    Map<String, String> serverRoots = new HashMap<>();
    jwks.serverRoots()
        .forEach((server, file) -> serverRoots.put(server, pem(file, "spec.jwks.servers[].roots")));
    return new Reach(
        jwks.allowLoopback(),
        address -> jwks.blocked().stream().anyMatch(block -> block.contains(address)),
        roots == null ? null : pem(roots, "spec.jwks.roots"),
        true,
        serverRoots);
  }

  private static String pem(Path file, String field) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw StartFailure.cannotStart("cannot read " + file + "; correct " + field);
    }
  }

  private static String files(JwksConfig jwks) {
    List<String> files = new ArrayList<>();
    if (jwks.roots() != null) {
      files.add("spec.jwks.roots " + jwks.roots());
    }
    new TreeMap<>(jwks.serverRoots())
        .forEach((server, file) -> files.add("spec.jwks.servers[" + server + "].roots " + file));
    return String.join(", ", files);
  }
}
