package io.heraldmesh.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every input that fuzzing kept, because it reached something new or found something, run again
 * without the fuzzer. {@code docs/fuzzing.md} says how inputs get here.
 */
class FuzzCorpusTest {
  private static final Path FOLDER = Path.of("src/test/resources/fuzz");
  private static final int MOST_FILES = 500;
  private static final long MOST_BYTES = 1 << 20;

  @TestFactory
  Stream<DynamicContainer> nothingThatWasFoundComesBack() {
    return Stream.of(FuzzTarget.values())
        .map(
            target ->
                DynamicContainer.dynamicContainer(
                    target.folder(),
                    inputs(target).stream()
                        .map(
                            file ->
                                DynamicTest.dynamicTest(
                                    file.getFileName().toString(),
                                    file.toUri(),
                                    () -> run(target, file)))));
  }

  @Test
  void everyTargetHasInputsAndTheyStaySmall() throws IOException {
    long bytes = 0;
    int files = 0;
    for (FuzzTarget target : FuzzTarget.values()) {
      List<Path> inputs = inputs(target);
      assertThat(inputs).as(target.folder()).hasSizeGreaterThan(10);
      files += inputs.size();
      for (Path input : inputs) {
        bytes += Files.size(input);
      }
    }
    assertThat(files).isLessThan(MOST_FILES);
    assertThat(bytes).isLessThan(MOST_BYTES);
  }

  @Test
  void theSmallestInputsAreTakenByAll() throws Throwable {
    for (FuzzTarget target : FuzzTarget.values()) {
      target.run(new byte[0]);
      for (int b = 0; b < 256; b++) {
        target.run(new byte[] {(byte) b});
        target.run(new byte[] {(byte) b, (byte) b, (byte) b});
      }
    }
  }

  private static void run(FuzzTarget target, Path file) throws IOException {
    byte[] input = Files.readAllBytes(file);
    byte[] given = input.clone();
    Assertions.assertTimeout(Duration.ofSeconds(20), () -> target.run(input));
    assertThat(Arrays.equals(input, given)).as("left as it was").isTrue();
  }

  private static List<Path> inputs(FuzzTarget target) {
    try (Stream<Path> files = Files.list(FOLDER.resolve(target.folder()))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
