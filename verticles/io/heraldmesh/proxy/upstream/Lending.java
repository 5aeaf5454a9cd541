package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.upstream.Circuit.Place;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How one event loop gets new connections within the bounds of their circuits. */
final class Lending {
  private final EventLoop loop;
  private final Consumer<Circuit> makeRoom;

  /**
   * @param makeRoom closes connections of a circuit that carry nothing, on whatever event loop
   */
  Lending(EventLoop loop, Consumer<Circuit> makeRoom) {
    this.loop = loop;
    this.makeRoom = makeRoom;
  }

  /**
   * {@code sink} needs a connection to {@code target}, and waits until it has left the circuit, or
   * is told that too many do.
   *
   * @param open opens one, at once or when there is room; its place is null where nothing is bound
   */
  void open(Target target, ResponseSink sink, Consumer<@Nullable Place> open) {
    Circuit circuit = target.circuit();
    if (circuit == null) {
      open.accept(null);
      return;
    }
    if (!enter(target, sink)) {
      return;
    }
    Place place = circuit.take();
    if (place == null) {
      circuit.await(new Circuit.Waiter(loop, target, sink, open));
      makeRoom.accept(circuit);
    } else {
      open.accept(place);
    }
  }

  /** Counts one more that waits; false when that was told that too many do. */
  boolean enter(Target target, ResponseSink sink) {
    Circuit circuit = target.circuit();
    if (circuit == null || circuit.enter()) {
      return true;
    }
    sink.failed(overflow(target, "enough requests wait for a connection"));
    return false;
  }

  /** One waits no longer. */
  void leave(Target target) {
    Circuit circuit = target.circuit();
    if (circuit != null) {
      circuit.leave();
    }
  }

  /** Who waits first, if a connection to {@code target} on this loop serves it; else null. */
  @Nullable ResponseSink poll(Target target) {
    Circuit circuit = target.circuit();
    Circuit.Waiter first = circuit == null ? null : circuit.pollFor(target);
    return first == null ? null : first.sink();
  }

  /** Somebody waits for a place of the circuit of {@code target}. */
  static boolean isFull(Target target) {
    Circuit circuit = target.circuit();
    return circuit != null && circuit.full();
  }

  static UpstreamFailure overflow(Target target, String detail) {
    return new UpstreamFailure(UpstreamFailure.OVERFLOW, target.describe() + ": " + detail);
  }
}
