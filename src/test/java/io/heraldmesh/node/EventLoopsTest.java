package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLoopsTest {
  private static final String ON_CLASS_PATH = "io/heraldmesh/node/EventLoopsTest.class";

  @TempDir Path folder;

  /** With the defaults of Vert.x the folder holds one of its own, which a kill -9 leaves there. */
  @Test
  void nothingIsWrittenBesideTheNodesOwnFiles() throws Exception {
    Files.writeString(folder.resolve("roots.pem"), "pem");
    VertxOptions options = EventLoops.options(1, 1);
    options.getFileSystemOptions().setFileCacheDir(folder.resolve("cache").toString());
    Vertx vertx = Vertx.vertx(options);
    try {
      Buffer read =
          Await.result(vertx.fileSystem().readFile(folder.resolve("roots.pem").toString()));

      assertThat(read.toString()).isEqualTo("pem");
      assertThat(Await.result(vertx.fileSystem().exists(ON_CLASS_PATH))).isFalse();
      try (var files = Files.list(folder)) {
        assertThat(files).containsExactly(folder.resolve("roots.pem"));
      }
    } finally {
      Await.result(vertx.close());
    }
  }

  @Test
  void hasAsManyThreadsAsAsked() {
    VertxOptions options = EventLoops.options(3, 8);

    assertThat(options.getEventLoopPoolSize()).isEqualTo(3);
    assertThat(options.getWorkerPoolSize()).isEqualTo(8);
  }
}
