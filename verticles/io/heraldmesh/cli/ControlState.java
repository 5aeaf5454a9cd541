package io.heraldmesh.cli;

import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.AuthorityStore;
import io.heraldmesh.ca.CacertsFolder;
import io.heraldmesh.cli.NodeConfig.AuthorityConfig;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.store.Store;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a control plane stands on, opened before anything of it runs: the database, and the
 * authority that belongs to it.
 */
record ControlState(Store store, Authority authority) {
  private static final Logger LOG = LoggerFactory.getLogger(ControlState.class);

  /** Blocks for the disk and the database. */
  static ControlState open(NodeConfig config, TrustDomain trustDomain, Ground ground) {
    Store store = StateStore.open(config);
    try {
      Authority authority = authority(config, trustDomain, ground);
      AuthorityRecord.keep(store, authority, config.name(), ground.clock().instant());
      return new ControlState(store, authority);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static Authority authority(NodeConfig config, TrustDomain trustDomain, Ground ground) {
    return switch (config.authority()) {
      case AuthorityConfig.Cacerts(Path folder) ->
          new CacertsFolder(folder)
              .load(trustDomain, ground.clock(), ground.crypto(), ground.random());
      case AuthorityConfig.Store(Path keyStore, Path passphrase) ->
          open(AuthorityStore.at(keyStore, passphrase), config, trustDomain, ground);
      case AuthorityConfig.Own() -> {
        Path folder = config.stateDir();
        yield folder == null
            ? Authority.create(trustDomain, ground.clock(), ground.crypto(), ground.random())
            : open(AuthorityStore.in(folder), config, trustDomain, ground);
      }
    };
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
