package io.heraldmesh.distributor;

import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.MalformedMessage;
import io.heraldmesh.bus.MessageCodec;
import io.heraldmesh.store.Announced;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nodes said, on disk, for whoever distributes next. What comes while something is written is
 * written together after it. Belongs to one event loop.
 */
final class NodeMemory {
  private static final Logger LOG = LoggerFactory.getLogger(NodeMemory.class);

  private final Vertx vertx;
  private final Ledger ledger;
  private Map<String, Announced> waiting = new LinkedHashMap<>();
  private Promise<Void> next = Promise.promise();
  private boolean writing;

  NodeMemory(Vertx vertx, Ledger ledger) {
    this.vertx = vertx;
    this.ledger = ledger;
  }

  /** What was written before; a node that cannot be read has to announce itself. */
  Future<List<Announced>> read() {
    return vertx.executeBlocking(ledger::announced, false);
  }

  /** When the node took its leave; null: it did not, or to a version that kept no time. */
  static @Nullable Instant leftAt(Announced announced) {
    return announced.message() == null ? announced.lostAt() : null;
  }

  /** Empty: the node took its leave, or the row is of another version. */
  static Optional<Announcement> announcement(Announced announced) {
    String message = announced.message();
    if (message == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          MessageCodec.decode(message.getBytes(StandardCharsets.UTF_8), Announcement.class));
    } catch (MalformedMessage e) {
      LOG.warn("node has to announce itself again node={} {}", announced.node(), e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * @param lostAt since when it is silent; null: it is not
   */
  Future<Void> present(String node, Announcement announcement, @Nullable Instant lostAt) {
    String message = new String(MessageCodec.encode(announcement), StandardCharsets.UTF_8);
    return keep(new Announced(node, announcement.sequence(), message, lostAt));
  }

  /** It took its leave. */
  Future<Void> left(String node, long sequence, Instant at) {
    return keep(new Announced(node, sequence, null, at));
  }

  /** It may not run what it runs any more. */
  Future<Void> takenBack(String node, long sequence) {
    return keep(new Announced(node, sequence, null, null));
  }

  Future<Void> forget(String node) {
    waiting.remove(node);
    return vertx.executeBlocking(
        () -> {
          ledger.forget(node);
          return null;
        });
  }

  private Future<Void> keep(Announced announced) {
    waiting.put(announced.node(), announced);
    Future<Void> written = next.future();
    if (!writing) {
      write();
    }
    return written;
  }

  private void write() {
    List<Announced> now = List.copyOf(waiting.values());
    Promise<Void> promise = next;
    waiting = new LinkedHashMap<>();
    next = Promise.promise();
    writing = true;
    vertx
        .<Void>executeBlocking(
            () -> {
              ledger.keep(now);
              return null;
            },
            false)
        .onComplete(
            done -> {
              writing = false;
              promise.handle(done);
              if (!waiting.isEmpty()) {
                write();
              }
            });
  }
}
