package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.store.KeptKeySets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The last good key set of each token issuer is kept, whatever database is under it. */
abstract class KeySetContract extends StoreFixture {
  private static final String NAME = "a".repeat(64) + ".json";

  private KeptKeySets kept() {
    return store.keySets();
  }

  @Test
  void whatWasWrittenLastUnderANameIsRead() {
    assertThat(kept().read(NAME)).isEmpty();
    kept().write(NAME, "one");
    kept().write("other.json", "two");
    kept().write(NAME, "three");
    assertThat(kept().read(NAME)).contains("three");
    assertThat(kept().read("other.json")).contains("two");
    assertThat(kept().read(NAME.substring(1))).isEmpty();
    assertThat(kept().read(NAME + "' OR '1'='1")).isEmpty();
  }

  @Test
  void everyCharacterAndSizeComesBackAsItWas() {
    for (String content :
        List.of("", "\"'\\\n\r\t \u007f", "ü€\uD83D\uDD11", "x".repeat(1 << 20))) {
      kept().write(NAME, content);
      assertThat(kept().read(NAME)).contains(content);
    }
  }

  @Test
  void allOthersAreDroppedAndWhatIsNamedStays() {
    List<String> names = IntStream.range(0, 50).mapToObj(i -> i + ".json").toList();
    names.forEach(name -> kept().write(name, "keys of " + name));
    kept().keepOnly(List.of("7.json", "8.json", "never.json"));
    assertThat(names.stream().filter(name -> kept().read(name).isPresent()))
        .containsExactly("7.json", "8.json");
    assertThat(kept().read("never.json")).isEmpty();
    kept().keepOnly(List.of());
    assertThat(kept().read("7.json")).isEmpty();
  }

  @Test
  void itOutlivesTheProcess() {
    kept().write(NAME, "one");
    reopen();
    assertThat(kept().read(NAME)).contains("one");
  }

  @Test
  void whoWritesAtTheSameTimeLeavesOneOfTheTwoWhole() {
    List<String> contents = List.of("a".repeat(5_000), "b".repeat(5_000));
    List<CompletableFuture<Void>> writing = new ArrayList<>();
    for (String content : contents) {
      writing.add(
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 20; i++) {
                  kept().write(NAME, content);
                }
              }));
    }
    writing.forEach(CompletableFuture::join);
    assertThat(kept().read(NAME)).get().isIn(contents);
  }
}
