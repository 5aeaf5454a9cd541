package io.heraldmesh.node;

import io.heraldmesh.admin.Health.Condition;
import io.heraldmesh.bus.SharedKeysService;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.credentials.SealedState;
import io.heraldmesh.jwks.KeySetService;
import io.heraldmesh.jwks.KeySetSettings;
import io.heraldmesh.jwks.KeySourceHealth;
import io.heraldmesh.jwks.MeshKeySets;
import io.heraldmesh.jwks.Reach;
import io.heraldmesh.node.NodeConfig.JwksConfig;
import io.heraldmesh.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Key sets as a service of the node: one for all workloads and event loops. */
final class NodeKeySets {
  /** Below {@code stateDir}. */
  private static final String FOLDER = "jwks";

  /** A key that an issuer withdrew lives so much longer at a node than at the control plane. */
  private static final Duration ASK_EVERY = Duration.ofMinutes(5);

  private NodeKeySets() {}

  /** From the issuers: there is no control plane that would ask them. */
  static KeySetService alone(Foundation foundation, NodeConfig config) {
    return made(
        config,
        () ->
            new KeySetService(
                foundation.vertx(),
                inFolder(config).withReach(reach(config.jwks())),
                foundation.meters(),
                foundation.clock(),
                foundation.random()));
  }

  /** From the control plane. */
  static KeySetService from(SignedBus bus, Foundation foundation, NodeConfig config) {
    return from(bus, foundation, inFolder(config));
  }

  /** From the control plane; what is good is sealed. */
  static KeySetService from(SignedBus bus, Foundation foundation, SealedState sealed) {
    return from(bus, foundation, KeySetSettings.DEFAULTS.withShelf(new SealedKeySets(sealed)));
  }

  private static KeySetService from(SignedBus bus, Foundation foundation, KeySetSettings settings) {
    return KeySetService.over(
        SharedKeysService.over(bus),
        foundation.vertx(),
        settings.withRefresh(ASK_EVERY),
        foundation.meters(),
        foundation.clock(),
        foundation.random());
  }

  /** From the issuers, for the mesh; what is good is in the database. */
  static MeshKeySets ofMesh(SignedBus bus, Foundation foundation, NodeConfig config, Store store) {
    return made(
        config,
        () ->
            new MeshKeySets(
                foundation.vertx(),
                bus,
                KeySetSettings.DEFAULTS
                    .withReach(reach(config.jwks()))
                    .withShelf(new StoredKeySets(store.keySets())),
                foundation.meters(),
                foundation.clock(),
                foundation.random()));
  }

  private static KeySetSettings inFolder(NodeConfig config) {
    Path state = config.stateDir();
    return state == null
        ? KeySetSettings.DEFAULTS
        : KeySetSettings.DEFAULTS.withFolder(state.resolve(FOLDER));
  }

  private static <T> T made(NodeConfig config, Supplier<T> making) {
    try {
      return making.get();
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
