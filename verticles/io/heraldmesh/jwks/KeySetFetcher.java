package io.heraldmesh.jwks;

import io.heraldmesh.jwt.DiscoveryDocument;
import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySource;
import io.vertx.core.Future;

/** From a source to its key set: discovery where it is asked for, fetch, parse. */
final class KeySetFetcher {
  private final DocumentClient client;

  KeySetFetcher(DocumentClient client) {
    this.client = client;
  }

  /** Fails with {@link FetchFailure}; a set without any usable key is a failure too. */
  Future<KeySet> fetch(KeySource source) {
    return switch (source) {
      case KeySource.Inline inline ->
          Future.failedFuture(new FetchFailure("inline key sets are not fetched"));
      case KeySource.Remote(String uri) -> client.get(uri).compose(KeySetFetcher::parse);
      case KeySource.Discovered(String issuer) ->
          client
              .get(DiscoveryDocument.uri(issuer))
              .compose(document -> keySetUri(document, issuer))
              .compose(client::get)
              .compose(KeySetFetcher::parse);
    };
  }

  private static Future<String> keySetUri(String document, String issuer) {
    try {
      return Future.succeededFuture(DiscoveryDocument.keySetUri(document, issuer));
    } catch (InvalidKeySet e) {
      return Future.failedFuture(new FetchFailure("" + e.getMessage()));
    }
  }

  private static Future<KeySet> parse(String json) {
    try {
      KeySet set = KeySet.parse(json);
      return set.isEmpty()
          ? Future.failedFuture(new FetchFailure("key set has no usable key: " + set.skipped()))
          : Future.succeededFuture(set);
    } catch (InvalidKeySet e) {
      return Future.failedFuture(new FetchFailure("" + e.getMessage()));
    }
  }
}
