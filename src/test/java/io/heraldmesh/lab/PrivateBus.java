package io.heraldmesh.lab;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.internal.VertxInternal;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A Vert.x whose event bus is one node's alone, over threads and sockets that many nodes share. A
 * Vert.x for each of 10,000 nodes would be 30,000 threads.
 */
final class PrivateBus {
  private PrivateBus() {}

  /**
   * @param shared runs everything; whoever made it closes it
   */
  static Vertx over(Vertx shared) {
    EventBusImpl bus = new EventBusImpl((VertxInternal) shared);
    bus.start(Promise.promise());
    return (Vertx)
        Proxy.newProxyInstance(
            shared.getClass().getClassLoader(),
            interfaces(shared.getClass()),
            (proxy, method, arguments) -> {
              if (method.getName().equals("eventBus")) {
                return bus;
              }
              try {
                return method.invoke(shared, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static Class<?>[] interfaces(Class<?> type) {
    return Stream.<Class<?>>iterate(type, Objects::nonNull, Class::getSuperclass)
        .flatMap(one -> Arrays.stream(one.getInterfaces()))
        .distinct()
        .toArray(Class<?>[]::new);
  }
}
