package io.heraldmesh.node;

import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.AuthorityFiles;
import io.heraldmesh.ca.AuthorityInForce;
import io.heraldmesh.ca.AuthorityStore;
import io.heraldmesh.ca.CacertsFolder;
import io.heraldmesh.ca.RootsNumber;
import io.heraldmesh.ca.RotationPace;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.NodeConfig.AuthorityConfig;
import io.heraldmesh.store.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a control plane stands on, opened before anything of it runs: the database, and the
 * authority that belongs to it.
 */
record ControlState(Store store, AuthorityInForce authority) {
  private static final Logger LOG = LoggerFactory.getLogger(ControlState.class);

  /**
   * Blocks for the disk and the database.
   *
   * @param store is closed when the authority cannot be used
   */
  static ControlState open(Store store, NodeConfig config, TrustDomain trustDomain, Ground ground) {
    try {
      return new ControlState(
          store,
          new AuthorityInForce(
              files(config, trustDomain, ground),
              pace(config),
              ground.clock(),
              System::nanoTime,
              next -> AuthorityRecord.keep(store, next, config.name(), ground.clock().instant()),
              new RootsNumber(config.stateDir())));
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static RotationPace pace(NodeConfig config) {
    return config.cluster() == null && config.control() == null
        ? RotationPace.ALONE
        : RotationPace.NODES_ELSEWHERE;
  }

  private static AuthorityFiles files(NodeConfig config, TrustDomain trustDomain, Ground ground) {
    return switch (config.authority()) {
      case AuthorityConfig.Cacerts(Path path) -> {
        CacertsFolder folder = new CacertsFolder(path);
        yield new AuthorityFiles(
            folder.files(),
            () -> folder.load(trustDomain, ground.clock(), ground.crypto(), ground.random()));
      }
      case AuthorityConfig.Store(Path keyStore, Path passphrase) ->
          files(AuthorityStore.at(keyStore, passphrase), config, trustDomain, ground);
      case AuthorityConfig.Own() -> {
        Path folder = config.stateDir();
        if (folder != null) {
          yield files(AuthorityStore.in(folder), config, trustDomain, ground);
        }
        Authority made =
            Authority.create(trustDomain, ground.clock(), ground.crypto(), ground.random());
        yield new AuthorityFiles(List.of(), () -> made);
      }
    };
  }

  /** The first time one is made where there is none; never again while the node runs. */
  private static AuthorityFiles files(
      AuthorityStore store, NodeConfig config, TrustDomain trustDomain, Ground ground) {
    Authority first = open(store, config, trustDomain, ground);
    AtomicReference<@Nullable Authority> opened = new AtomicReference<>(first);
    return new AuthorityFiles(
        store.files(),
        () -> {
          Authority once = opened.getAndSet(null);
          return once == null
              ? store.reopen(trustDomain, ground.clock(), ground.crypto(), ground.random())
              : once;
        },
        () -> store.renew(trustDomain, ground.clock(), ground.crypto(), ground.random()));
  }

  private static Authority open(
      AuthorityStore authorityStore, NodeConfig config, TrustDomain trustDomain, Ground ground) {
    AuthorityStore.Opened opened =
        authorityStore.openOrCreate(trustDomain, ground.clock(), ground.crypto(), ground.random());
    if (opened.created()) {
      LOG.info(
          "authority made trustDomain={} notAfter={}", trustDomain, opened.authority().notAfter());
    }
    if (opened.passphraseBeside()) {
      LOG.warn(
          "the authority's key store and its passphrase lie together in {}; name a passphraseFile"
              + " elsewhere under spec.authority",
          config.stateDir());
    }
    return opened.authority();
  }
}
