package io.heraldmesh.distributor;

import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authority's word for the epoch that is distributed. Asked for when an epoch begins, and again
 * every minute, since it counts as long as the leaf of the authority that signed it. While the
 * authority is away the last one stays; nodes that are in the epoch need none. Lives on one event
 * loop.
 */
final class Epochs {
  private static final Logger LOG = LoggerFactory.getLogger(Epochs.class);
  private static final Duration REFRESH = Duration.ofMinutes(1);

  private final CaService authority;
  private final InstantSource clock;
  private final Complaint complaint = new Complaint();
  private @Nullable Granted granted;
  private @Nullable Future<Void> asking;

  private record Granted(long epoch, ByteString statement, Instant at) {}

  Epochs(CaService authority, InstantSource clock) {
    this.authority = authority;
    this.clock = clock;
  }

  /** Null: the authority has not given it yet. */
  @Nullable ByteString of(long epoch) {
    Granted known = granted;
    return known != null && known.epoch() == epoch ? known.statement() : null;
  }

  /** Asks for it unless there is a fresh one. Completes also when the authority is away. */
  Future<Void> refresh(long epoch) {
    Granted known = granted;
    if (known != null
        && known.epoch() == epoch
        && clock.instant().isBefore(known.at().plus(REFRESH))) {
      return Future.succeededFuture();
    }
    Future<Void> already = asking;
    if (already != null) {
      return already;
    }
    Future<Void> answer =
        authority
            .epoch(epoch)
            .onSuccess(told -> granted(epoch, told.statement()))
            .onFailure(e -> failed(epoch, e))
            .<Void>mapEmpty()
            .otherwiseEmpty();
    asking = answer;
    answer.onComplete(done -> asking = null);
    return answer;
  }

  private void granted(long epoch, ByteString statement) {
    granted = new Granted(epoch, statement, clock.instant());
    if (complaint.over()) {
      LOG.info("the authority gives its word again epoch={}", epoch);
    }
  }

  private void failed(long epoch, Throwable cause) {
    if (complaint.due(System.nanoTime())) {
      LOG.warn("no word of the authority epoch={} {}", epoch, cause.getMessage());
    }
  }
}
