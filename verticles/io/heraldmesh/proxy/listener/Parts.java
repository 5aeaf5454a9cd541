package io.heraldmesh.proxy.listener;

import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Parts of messages that wait for their turn. Holds a reference to each until it is taken. */
final class Parts<T extends HttpObject> {
  private final ArrayDeque<T> waiting = new ArrayDeque<>(2);

  void add(T part) {
    waiting.add(part);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  @Nullable T peek() {
    return waiting.peek();
  }

  /** Passes the reference on. */
  @Nullable T poll() {
    return waiting.poll();
  }

  /** Gives up what nobody will take. */
  void release() {
    T part;
    while ((part = waiting.poll()) != null) {
      ReferenceCountUtil.release(part);
    }
  }
}
