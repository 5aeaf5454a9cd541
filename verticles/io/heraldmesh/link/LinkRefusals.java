package io.heraldmesh.link;

import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.link.proto.Failure;
import io.heraldmesh.link.proto.FromControl;
import io.heraldmesh.link.proto.Request;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one node asks in vain over its link. While it does not take these answers no more is read of
 * it, so that they are not kept without bound. Lives on its connection's event loop.
 */
final class LinkRefusals {
  private static final Logger LOG = LoggerFactory.getLogger(LinkRefusals.class);

  private final SpiffeId peer;
  private final Outgoing<FromControl> outgoing;
  private final Reading reading;
  private long refused;
  private int waiting;

  LinkRefusals(SpiffeId peer, Outgoing<FromControl> outgoing, Reading reading) {
    this.peer = peer;
    this.outgoing = outgoing;
    this.reading = reading;
  }

  /** A node may ask as often as it likes: the first and each that doubles them is in the log. */
  void refuse(Request request, BusFailure failure, String message) {
    long count = ++refused;
    if (Long.bitCount(count) == 1) {
      LOG.warn(
          "link refused node={} address={} count={} {}",
          peer,
          Shown.line(request.getAddress()),
          count,
          message);
    }
    tell(
        Failure.newBuilder()
            .setId(request.getId())
            .setCode(failure.code())
            .setMessage(message)
            .build());
  }

  /** Where there is no room the node is not told. */
  void tell(Failure failure) {
    FromControl message = FromControl.newBuilder().setFailure(failure).build();
    Future<Void> taken = outgoing.offer(message, message.getSerializedSize());
    if (taken == null || taken.isComplete()) {
      return;
    }
    if (++waiting == LinkLimits.MOST_REFUSED) {
      reading.hold();
    }
    taken.onComplete(
        done -> {
          if (waiting-- == LinkLimits.MOST_REFUSED) {
            reading.release();
          }
        });
  }
}
