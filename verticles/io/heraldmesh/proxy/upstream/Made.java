package io.heraldmesh.proxy.upstream;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;

/** For which target a connection was made. */
final class Made {
  private static final AttributeKey<Target> TARGET = AttributeKey.valueOf(Made.class, "target");

  private Made() {}

  static void set(Channel connection, Target target) {
    connection.attr(TARGET).set(target);
  }

  static @Nullable Target target(Channel connection) {
    return connection.attr(TARGET).get();
  }
}
