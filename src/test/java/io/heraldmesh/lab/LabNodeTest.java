package io.heraldmesh.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process of the lab that ends by itself does not go unseen. */
class LabNodeTest {
  @TempDir Path folder;
  private LabNode node;

  @BeforeEach
  void make() throws IOException {
    node = new LabNode("n1", folder, List.of(), List.of(), true);
    Files.writeString(node.file(), "no node file\n");
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void anEndThatNobodyAskedForIsToldOnceWithItsLastWord() throws Exception {
    node.start();
    ended();

    assertThat(node.endsByItself()).singleElement().asString().startsWith("n1: ");
    assertThat(node.endsByItself()).isEmpty();
  }

  @Test
  void itIsToldAlsoWhenTheNodeWasStartedAgain() throws Exception {
    node.start();
    ended();
    node.start();
    node.kill();

    assertThat(node.endsByItself()).hasSize(1);
  }

  @Test
  void oneThatIsKilledOrMayEndDoesNotCount() throws Exception {
    node.start();
    node.freeze();
    node.kill();
    node.start();
    node.mayEnd();
    ended();

    assertThat(node.endsByItself()).isEmpty();
  }

  private void ended() {
    Await.until("it ended", () -> !node.isRunning());
  }
}
