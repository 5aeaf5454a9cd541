package io.heraldmesh.node;

import io.heraldmesh.tls.NativeTransport;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;

/** Vert.x as every process of Herald has it. */
public final class EventLoops {
  private EventLoops() {}

  /** A Vert.x of {@link #options} that is in no cluster. */
  public static Vertx start(int loops, int workers) {
    return NativeTransport.builder(options(loops, workers)).build();
  }

  /**
   * No cache of files: nothing is served from the class path, and a process that is killed would
   * leave its folder behind.
   *
   * @param loops event loops
   * @param workers threads for what blocks
   */
  public static VertxOptions options(int loops, int workers) {
    return new VertxOptions()
        .setEventLoopPoolSize(loops)
        .setWorkerPoolSize(workers)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setFileCachingEnabled(false)
                .setClassPathResolvingEnabled(false));
  }
}
