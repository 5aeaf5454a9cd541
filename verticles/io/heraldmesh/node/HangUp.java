package io.heraldmesh.node;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signal HUP, by which an operator asks a service to look at its files again. The JDK has no
 * supported API for signals, so its unsupported one is reached by reflection; where it is missing
 * HUP is not listened to, and a warning says so.
 */
final class HangUp {
  private static final Logger LOG = LoggerFactory.getLogger(HangUp.class);

  private HangUp() {}

  /** Runs {@code action} for every HUP, on a thread of its own. */
  static void on(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler handle =
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "handle" -> {
                  Thread.ofPlatform().daemon().name("herald-hup").start(action);
                  yield null;
                }
                case "equals" ->
                    System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "HangUp";
              };
      signal
          .getMethod("handle", signal, handler)
          .invoke(
              null,
              signal.getConstructor(String.class).newInstance("HUP"),
              Proxy.newProxyInstance(
                  HangUp.class.getClassLoader(), new Class<?>[] {handler}, handle));
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.warn("HUP is not listened to: {}", e.toString());
    }
  }
}
