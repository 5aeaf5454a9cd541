package io.heraldmesh;

/** The processes that this one has started, and those that they have. */
public final class Descendants {
  private Descendants() {}

  /** However this process ends, but for {@code kill -9}, they end with it. */
  public static void endWithThis() {
    Runtime.getRuntime().addShutdownHook(new Thread(Descendants::end));
  }

  /** As {@code kill -9}. */
  public static void end() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
  }
}
