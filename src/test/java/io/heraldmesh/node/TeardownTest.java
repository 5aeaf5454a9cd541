package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TeardownTest {
  private final Teardown undo = new Teardown();
  private final List<String> takenBack = new ArrayList<>();

  @Test
  void whatWasStartedLastIsTakenBackFirst() {
    undo.add("one", () -> takenBack.add("one"));
    undo.add("two", () -> takenBack.add("two"));

    undo.run();
    assertThat(takenBack).containsExactly("two", "one");
  }

  @Test
  void oneThatFailsKeepsNoOtherFromBeingTakenBack() {
    undo.add("one", () -> takenBack.add("one"));
    undo.add(
        "two",
        () -> {
          throw new IllegalStateException("broken");
        });

    undo.run();
    assertThat(takenBack).containsExactly("one");
  }

  @Test
  void eachIsTakenBackOnce() {
    undo.add("one", () -> takenBack.add("one"));

    undo.run();
    undo.run();
    assertThat(takenBack).containsExactly("one");
  }
}
