package io.heraldmesh.jwks;

import io.heraldmesh.jwt.DiscoveryDocument;
import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.KeySource;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;

/** From a source to its key set: discovery where it is asked for, fetch, parse. */
final class IssuerOrigin implements KeySetOrigin {
  private final DocumentClient client;
  private final WorkerExecutor parser;

  /**
   * @param parser reads key sets: a large one takes longer than an event loop has
   */
  IssuerOrigin(DocumentClient client, WorkerExecutor parser) {
    this.client = client;
    this.parser = parser;
  }

  @Override
  public Future<FetchedKeys> fetch(Wish wish) {
    Duration timeout = wish.timeout();
    return switch (wish.source()) {
      case KeySource.Inline inline ->
          Future.failedFuture(new FetchFailure("inline key sets are not fetched"));
      case KeySource.Remote(String uri) -> keys(uri, timeout);
      case KeySource.Discovered(String issuer) ->
          client
              .get(DiscoveryDocument.uri(issuer), timeout)
              .compose(document -> keySetUri(document, issuer))
              .compose(uri -> keys(uri, timeout));
    };
  }

  @Override
  public Future<Void> close() {
    return client.close();
  }

  private Future<FetchedKeys> keys(String uri, Duration timeout) {
    return client
        .get(uri, timeout)
        .compose(
            document ->
                parser.executeBlocking(
                    () -> FetchedKeys.parse(document.text(), document.maxAge()),
                    /* ordered= */ false));
  }

  private static Future<String> keySetUri(Document document, String issuer) {
    try {
      return Future.succeededFuture(DiscoveryDocument.keySetUri(document.text(), issuer));
    } catch (InvalidKeySet e) {
      return Future.failedFuture(new FetchFailure("" + e.getMessage()));
    }
  }
}
